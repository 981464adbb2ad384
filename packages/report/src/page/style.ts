/** The style sheet of every page: a calm serif for words, a sans-serif for figures, light and dark. */
export const STYLE = `
:root{
  color-scheme:light dark;--paper:#fdfcf9;--ink:#1f1e1b;--soft:#5d5a53;--line:#e2ded4;--wash:#f4f1ea;--accent:#2b6cb0;
  --heat:#3f90da;--warn:#8a4b00;--warn-wash:#fdf1dc;--warn-line:#e9c98f
}
@media (prefers-color-scheme:dark){
  :root{
    --paper:#161614;--ink:#e9e6df;--soft:#a8a498;--line:#34322d;--wash:#201f1c;--accent:#8fc0f2;--heat:#2f7ac0;
    --warn:#f3c77d;--warn-wash:#2e2414;--warn-line:#6b5126
  }
  .ink{filter:invert(1)}
}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{
  margin:0;background:var(--paper);color:var(--ink);
  font:17px/1.55 Charter,'Bitstream Charter','Sitka Text',Cambria,'Liberation Serif',Georgia,serif;
  font-variant-numeric:lining-nums;overflow-wrap:break-word
}
.page{max-width:1220px;margin:0 auto;padding:0 16px 6rem}
main{min-width:0}
@media screen{
  main{container-type:inline-size}
}
h1,h2,h3,h4,nav,table,figure,dl,.eyebrow,.note,.files,.controls,.tip,.warnings,.banner,summary,.digits,button,select,
.cell-images{
  font-family:system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif
}
h1{font-size:clamp(1.7rem,4.5vw,2.5rem);line-height:1.15;letter-spacing:-.015em;margin:.1em 0 .7em;text-wrap:balance}
h2{font-size:1.5rem;letter-spacing:-.01em;margin:0 0 .35em}
h3{font-size:1.02rem;margin:2.2em 0 .7em}
h4{font-size:.88rem;font-weight:500;color:var(--soft);margin:1em 0 .5em}
section{
  margin-top:4.2rem;padding-top:2.4rem;border-top:1px solid var(--line);content-visibility:auto;
  contain-intrinsic-size:auto 1100px
}
a{color:var(--accent);text-underline-offset:.15em}
p{max-width:68ch}
.eyebrow{margin:2.6rem 0 0;color:var(--soft);font-size:.95rem}
.lead{font-size:1.12rem;margin:.2em 0 1.6em}
h3+.lead{font-size:1rem;margin:-.2em 0 1em}
.note,figcaption{font-size:.84rem;line-height:1.45;color:var(--soft)}
.few{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:1rem 2.4rem}
.few .nodes{grid-template-columns:minmax(0,400px)}
.files{white-space:nowrap;font-size:.76rem}
.files a{margin-right:.6em;color:inherit;text-decoration-color:var(--line)}
.files a:hover{color:var(--accent)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
nav{overflow-anchor:none}
nav ol{list-style:none;margin:1.2rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.9rem}
nav a{display:inline-block;padding:.15rem 0;color:var(--soft);text-decoration:none}
nav a:hover{color:var(--accent);text-decoration:underline}
@media (min-width:1100px){
  .page{padding:0 32px 6rem}
  .page:not(.with-contents){max-width:1060px}
  .with-contents{display:grid;grid-template-columns:150px minmax(0,1fr);gap:56px}
  nav ol{position:sticky;top:3rem;display:block;margin-top:3rem}
  nav li{margin:.3rem 0}
}
.tiles{
  display:grid;grid-template-columns:repeat(4,1fr);gap:1px;margin:1.5rem 0;background:var(--line);
  border:1px solid var(--line);border-radius:8px;overflow:hidden
}
.tile{background:var(--paper);padding:.8rem .9rem}
.tile dt{font-size:.8rem;color:var(--soft)}
.tile dd{
  margin:.15rem 0 0;font-size:1.35rem;font-weight:600;letter-spacing:-.01em;
  font-variant-numeric:tabular-nums lining-nums
}
.tile small{display:block;font-size:.78rem;font-weight:400;letter-spacing:0;color:var(--soft)}
.tile.main{background:var(--wash)}
.tile.main dd{font-size:1.75rem}
.banner,.warnings{
  background:var(--warn-wash);border:1px solid var(--warn-line);border-left-width:6px;border-radius:6px;
  padding:.9rem 1.1rem;margin:1.2rem 0;font-size:.95rem
}
.banner strong:first-child{display:block;font-size:1.15rem;color:var(--warn)}
.warnings h2{font-size:1rem;color:var(--warn);margin:0}
.warnings ul{margin:.4rem 0 0;padding-left:1.2rem}
.warnings small{color:var(--soft)}
figure{margin:0}
.plot svg{display:block;width:100%;height:auto}
.plot figcaption{margin-top:.4rem}
figure[data-figure]>figcaption{margin-top:.7rem}
.row{
  display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:1.8rem 2.4rem;align-items:start
}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(205px,1fr));gap:1.4rem 1.2rem}
.row>*,.grid>*{min-width:0}
table{
  border-collapse:collapse;font-size:.86rem;line-height:1.35;font-variant-numeric:tabular-nums lining-nums;width:100%;
  max-width:46rem;margin:.6rem 0 1.2rem
}
table.narrow{max-width:26rem}
caption{text-align:left;color:var(--soft);padding:0 0 .5rem;font-size:.84rem}
th,td{padding:.34rem .5rem;text-align:right;border-bottom:1px solid var(--line)}
th:first-child{text-align:left;padding-left:0}
tbody th{font-weight:500}
thead th{font-weight:500;color:var(--soft);vertical-align:bottom}
.wide-first td:nth-child(3),.wide-first th:nth-child(3){text-align:left}
.report tr:nth-last-child(-n+2){color:var(--soft)}
.report tr:nth-last-child(2)>*{border-top:1px solid var(--soft)}
.matrix{table-layout:fixed;max-width:31rem;border-collapse:separate;border-spacing:1px}
.matrix th,.matrix td{padding:0;text-align:center;border:0;height:2rem;font-size:clamp(.62rem,2.7vw,.8rem)}
.named thead th{height:auto}
.named thead span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:8rem;white-space:nowrap}
.matrix.named{max-width:38rem}
.matrix.named tr>:first-child{width:24%;text-align:right;padding-right:.4rem;overflow-wrap:anywhere}
.words{text-align:left!important}
.heat{background:color-mix(in srgb,var(--heat) calc(var(--v)*88%),var(--wash));color:var(--ink)}
.heat.strong{color:#fff;background:color-mix(in srgb,#1f5f9e calc(var(--v)*92%),var(--heat))}
.matrix td.right{box-shadow:inset 0 0 0 1.5px color-mix(in srgb,var(--ink) 55%,transparent)}
.matrix td button{
  all:unset;box-sizing:border-box;display:block;width:100%;height:2rem;line-height:2rem;cursor:pointer;text-align:center
}
.matrix td button:hover,.matrix td button:focus-visible,.matrix td.shown button{
  outline:2px solid var(--ink);outline-offset:-1px
}
.first{max-width:40rem}
.first th[scope=row] img{width:24px;height:24px;vertical-align:middle}
.first tr>:first-child{width:16%}
.first tr.wrong th[scope=row] span{color:var(--warn);font-weight:700;text-decoration:underline}
.numbers{table-layout:fixed;max-width:38rem;border-collapse:separate;border-spacing:0}
.numbers td{padding:0;border:0;text-align:center;font-size:clamp(6.5px,1.75vw,10.5px);height:2.3em}
img.ink,img.map,canvas.ink{image-rendering:pixelated;max-width:100%;height:auto}
.digits{
  list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(52px,1fr));
  gap:.8rem .5rem;font-size:.8rem;color:var(--soft);text-align:center
}
.digits li{min-width:0}
.digits img{width:44px;display:block;margin:0 auto}
.digits span{display:block}
.digits.pairs{grid-template-columns:repeat(auto-fill,minmax(76px,1fr))}
.digits.pairs img{display:inline-block;width:36px}
.digits.maps{grid-template-columns:repeat(auto-fill,minmax(66px,1fr))}
.digits.maps img{width:64px;background:var(--wash)}
.digits.maps.big{grid-template-columns:repeat(auto-fill,150px)}
.digits.maps.big img{width:140px}
.digits.errors{grid-template-columns:repeat(auto-fill,minmax(96px,1fr))}
.digits.errors img{width:64px}
.digits.errors b{color:var(--ink)}
.digits small{display:block;font-size:.74rem}
@media (min-width:760px){
  .digits.samples{grid-template-columns:repeat(10,1fr)}
  .digits.samples img{width:56px}
  .digits.errors{grid-template-columns:repeat(8,1fr)}
}
.digits.large{grid-template-columns:repeat(auto-fill,minmax(84px,1fr))}
.digits.large img{width:100%}
.over{position:relative}
.over svg{position:absolute;inset:0;width:100%;height:100%}
.over path{fill:#e76300;fill-opacity:.5}
.positive{color:var(--accent)}
.negative{color:#a84300}
@media (prefers-color-scheme:dark){
  .negative{color:#ff9a4d}
}
.panel{display:grid;grid-template-columns:repeat(2,minmax(0,210px));gap:1.2rem 1.6rem}
.frame{background:var(--wash);padding:6px;border-radius:5px;border:1px solid var(--line)}
.frame img{width:100%;display:block}
.wrong .frame{border-color:#e76300}
.nodes{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,235px),1fr));gap:1.1rem 1.2rem}
.node svg{width:100%;height:auto;display:block}
.node figcaption{text-align:center}
.node-cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr));gap:1.6rem 1.4rem}
.node-card{margin:0}
.node-card svg{width:100%;height:auto;display:block}
.pictures{
  display:grid;grid-template-columns:1fr 1fr 1.34fr;gap:.5rem;font:.7rem system-ui,sans-serif;color:var(--soft);
  text-align:center
}
.pictures img,.pictures canvas{display:block;width:100%;height:auto;image-rendering:pixelated}
.pictures .map{background:var(--wash)}
.one-scale .pictures>div:first-child .map{opacity:var(--share)}
.node-matrix>div{display:flex;gap:.4rem}
.node-matrix ol{
  list-style:none;margin:0;padding:0;display:flex;flex-direction:column;justify-content:space-around;font-size:.72rem;
  line-height:1
}
.node-matrix img{flex:1;min-width:0;max-width:calc(var(--nodes)*60px);height:180px;background:var(--wash)}
.node-matrix+.node-cards{margin-top:1.4rem}
.pad{
  display:grid;grid-template-columns:auto minmax(12rem,1fr) auto;gap:1.2rem 2rem;align-items:start;
  font-family:system-ui,-apple-system,'Segoe UI','Helvetica Neue',Arial,sans-serif
}
.pad[hidden]{display:none}
.pad-board{
  display:block;width:280px;max-width:100%;height:auto;aspect-ratio:1;border:2px solid #767676;border-radius:8px;
  background:#fff;touch-action:none;cursor:crosshair;image-rendering:auto!important
}
.pad-answer{font-size:1.05rem;font-weight:600;margin:0 0 .5rem;min-height:3.1em}
.pad-like{min-height:2.9em;margin:-.3rem 0 .7rem}
.pad-like.far{color:var(--warn)}
.pad-bars{list-style:none;margin:0;padding:0;max-width:26rem}
.pad-bars li{
  display:grid;grid-template-columns:minmax(1.2rem,auto) 1fr 3.8rem;gap:.6rem;align-items:center;font-size:.84rem;
  line-height:1.5;font-variant-numeric:tabular-nums
}
.pad-bars li>:last-child{text-align:right;white-space:nowrap}
.pad-bars .bar{
  height:.8rem;border-radius:2px;
  background:linear-gradient(var(--c,transparent),var(--c,transparent)) 0/calc(var(--p)*100%) 100% no-repeat var(--wash)
}
.pad-bars .best{font-weight:700}
.pad figure{width:112px}
.pad-sees{
  display:block;width:112px;max-width:none!important;height:112px!important;border:1px solid #767676;background:#fff
}
.pad-nodes{grid-column:1/-1}
.pad-layer h3{margin:.4em 0 .2em}
.pad-row{display:flex;gap:.6rem;align-items:baseline}
.pad-row b{flex:none;min-width:1.2rem;max-width:7rem;font-size:.8rem;border-bottom:2px solid var(--c)}
.pad-row span{display:flex;flex-wrap:wrap;gap:2px;padding:2px 0}
.pad-row i{
  width:15px;height:15px;border-radius:3px;background:color-mix(in srgb,var(--c) calc(var(--a,0)*100%),var(--wash));
  box-shadow:inset 0 0 0 1px var(--line)
}
.controls{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;font-size:.86rem;margin:.8rem 0 1rem}
.controls button,.controls select{
  font:inherit;font-size:.86rem;padding:.3rem .7rem;min-height:30px;border:1px solid var(--line);border-radius:5px;
  background:var(--wash);color:inherit;cursor:pointer
}
.cell-images{
  margin:.9rem 0;padding:.8rem 1rem;background:var(--wash);border-radius:6px;display:grid;
  grid-template-columns:repeat(auto-fill,minmax(48px,1fr));gap:.5rem;font-size:.85rem
}
.cell-images p{grid-column:1/-1;margin:0}
.cell-images canvas{width:44px}
.cell-images figcaption{font-size:.7rem}
.tip{
  position:fixed;z-index:9;pointer-events:none;width:136px;padding:.5rem;background:var(--paper);
  border:1px solid var(--line);border-radius:6px;box-shadow:0 4px 18px #0003;font-size:.76rem;line-height:1.3
}
.tip canvas{display:block;width:84px;margin:0 auto .3rem}
.tip[hidden]{display:none}
figure[data-matrix] svg{cursor:pointer}
figure[data-map] svg{cursor:crosshair;touch-action:pan-y}
details{margin:1rem 0}
summary{cursor:pointer;font-size:.9rem;color:var(--accent);padding:.2rem 0}
details[open]>summary{margin-bottom:.6rem}
pre{
  background:var(--wash);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-wrap:anywhere;
  white-space:pre-wrap;font-size:.84rem;line-height:1.5;max-width:46rem
}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86em}
.compare{max-width:none;font-size:.8rem}
.compare th,.compare td{padding:.36rem .34rem}
.compare th:first-child{padding-left:0}
.compare td{white-space:nowrap}
.compare:not(.seeds) td:nth-child(3){white-space:normal}
.compare td:nth-child(2),.compare th:nth-child(2){text-align:left}
.compare td small{display:block;color:var(--soft);font-size:.9em;white-space:nowrap}
.over-seeds{max-width:38rem}
.seeds p{font-size:.95rem;margin:.4rem 0}
.seeds .result{font-size:1.2rem}
.seeds~.tiles .main{background:var(--paper)}
.seeds~.tiles dd{font-size:1.35rem;font-weight:400}
.compare tr.best>*{background:var(--wash);font-weight:600}
.compare tr.here th::after{content:' ◂ here';color:var(--soft);font-weight:400;font-size:.78rem}
.recommend{border-left:4px solid var(--accent);padding:.2rem 0 .2rem 1rem;margin:1.2rem 0}
@media (max-width:900px){
  .pad{grid-template-columns:minmax(0,280px) minmax(0,1fr)}
  .pad>:nth-child(2){grid-column:1/-1;grid-row:2}
}
@media (max-width:500px){
  .pad{grid-template-columns:minmax(0,1fr)}
  .pad>:nth-child(2){grid-row:auto}
  .pad figure{width:auto;display:flex;gap:1rem;align-items:center}
  .pad-row i{width:13px;height:13px}
}
@media (max-width:760px){
  .tiles{grid-template-columns:1fr 1fr}
}
@media (max-width:1099px){
  nav ol{flex-wrap:nowrap;overflow-x:auto;white-space:nowrap;scrollbar-width:thin;padding-bottom:.3rem}
}
@media (max-width:560px){
  .grid{grid-template-columns:repeat(auto-fill,minmax(150px,1fr))}
  body{font-size:16px}
  section{margin-top:3rem;padding-top:1.8rem}
  th,td{padding:.34rem .28rem}
  table{font-size:.8rem}
  .scores th,.scores td{padding:.34rem .14rem}
}
@media screen{
  @container (max-width:940px){
    table.stack thead{display:none}
    table.stack tr{display:grid;grid-template-columns:1fr 1fr;padding:.6rem 0;border-bottom:1px solid var(--line)}
    table.stack th,table.stack td{border:0;text-align:left;padding:.12rem 0;white-space:normal}
    table.stack tbody th{grid-column:1/-1;font-weight:600}
    table.stack td::before{content:attr(data-name) ' ';color:var(--soft)}
    table.stack td small{display:inline;margin-left:.4em}
  }
}
@media print{
  :root{
    --paper:#fff;--ink:#000;--soft:#444;--line:#ccc;--wash:#f4f4f4;--accent:#1f4f82;--heat:#3f90da;--warn:#6b3a00;
    --warn-wash:#fff6e5;--warn-line:#e9c98f
  }
  .negative{color:#a84300}
  .matrix th,.matrix td{font-size:6.6pt;height:1.5rem}
  .matrix td button{height:1.5rem;line-height:1.5rem}
  .compare{font-size:7.4pt}
  .compare th,.compare td{padding:.25rem .18rem;white-space:normal}
  .compare td:nth-child(2){white-space:nowrap}
  body{font-size:10.5pt}
  nav,.controls,.tip,.files,#draw{display:none}
  section{content-visibility:visible}
  .page,.with-contents{display:block;max-width:none;padding:0}
  section{margin-top:1.5rem;padding-top:1rem}
  figure,table,.tile,.digits li,pre,.panel{break-inside:avoid}
  h2,h3,h4,.lead{break-after:avoid}
  p{break-inside:avoid}
  .heat,.banner,.warnings,.tile,.digits img{-webkit-print-color-adjust:exact;print-color-adjust:exact}
  .ink{filter:none}
  .row{grid-template-columns:1fr 1fr}
  details .row{grid-template-columns:1fr}
}
`.trim();
