// Columns of the tables of results of `classes`; its schema is in classes.ts.

const whole = (meaning: string) => ({ dtype: 'int32', meaning }) as const;
const number = (meaning: string, unit?: string) => ({ dtype: 'float64', meaning, ...(unit && { unit }) }) as const;
const share = (meaning: string) => number(meaning, 'share');
const classIndex = whole('class index, from 0');
const rival = whole('class index of the other');
const layer = whole('hidden layer, from 1');
/** What evidence is a mean of. */
export const evidence = 'mean over training rows of the class told right';

const classColumns = {
  class: classIndex,
  rows: whole('training rows of the class'),
  right: whole('of them told right'),
  rival: whole('the class that is most often second choice where it is told right; -1 where it never is'),
  heldRows: whole('held rows of the class'),
  recall: share('of the held rows told right; NaN without rows'),
  hangsOn: whole(
    'the least number of nodes of the last hidden layer, of those tried, without which under half as many are told right; -1 if none',
  ),
  ways: whole('ways in which it is written; 0 without training rows or hidden layers'),
  sentence: {
    dtype: 'string',
    meaning: 'what tells it from its rival, what turns it into the rival, on how many nodes it hangs',
  },
} as const;

const rivalColumns = {
  class: classIndex,
  rival,
  second: whole('training rows of the class told right whose second choice is the rival'),
  told: whole('training rows of the class told as the rival'),
  heldTold: whole('held rows of the class told as the rival'),
  rows: whole('training rows whose evidence is averaged; 0 for a pair that is not looked at'),
  baseline: number('logit of the class less that of the rival, for the mean training image; NaN without rows'),
  margin: number(`the same, ${evidence}: what baseline, ink and absence add up to`),
  ink: number(`evidence for the class by pixels brighter than in the mean image, ${evidence}`),
  absence: number('evidence by pixels darker than in the mean image'),
  absenceShare: share('of absence in what speaks for the class, the positive evidence by pixel'),
  sentence: {
    dtype: 'string',
    meaning: 'what tells the class from the rival, in words; empty for a pair that is not looked at',
  },
} as const;

const blobColumns = {
  class: classIndex,
  rival,
  kind: { dtype: 'string', meaning: '`ink` or `absence`' },
  rank: whole('the largest of the kind first, from 1, three at most'),
  place: { dtype: 'string', meaning: 'where it lies in the rectangle that has ink in the mean image, by thirds' },
  share: share('of it in what speaks for the class, the positive evidence by pixel'),
  pixels: whole('how many'),
  x: number('column of its middle, weighted by evidence, from 0'),
  y: number('row of it, from the top'),
} as const;

const nodeColumns = {
  layer,
  class: classIndex,
  node: whole('from 0'),
  own: number('mean activation over the training rows of the class'),
  others: number('mean activation over the training rows of all others'),
  weight: number("mean gradient of the class's logit, less the mean over classes; in the last hidden layer the weight"),
  evidence: number('(own - others) x weight: a summary of the class, not a difference of logits'),
  area: number('area under the ROC curve of the class against the rest; NaN for a class without rows'),
  rank: whole('by evidence, the most first, from 1'),
  weightRank: whole('by the size of the weight alone'),
  areaRank: whole('by the distance of the area from a half'),
} as const;

const removalColumns = {
  layer,
  class: classIndex,
  by: {
    dtype: 'string',
    meaning:
      'which nodes are set to their mean over the training rows: the first by evidence, weight or area; random, of like variance; none',
  },
  nodes: whole('how many'),
  recall: share('of the held rows of the class told right; of random nodes the mean over draws; NaN without rows'),
  recallLeast: share('the least of the draws'),
  recallMost: share('the most'),
  others: share('of the held rows of all other classes told right'),
  othersLeast: share('the least of the draws'),
  othersMost: share('the most'),
} as const;

const changeColumns = {
  class: classIndex,
  rival: whole('the class that it is to be told as; -1 without one'),
  kind: {
    dtype: 'string',
    meaning:
      '`pixels`: those with most evidence by ink erased, those with most by absence inked; `stroke`: the largest blob of absence inked',
  },
  erased: whole('pixels set to 0'),
  inked: whole('pixels set to the ink of classes.json, unless they are brighter'),
  rows: whole('held rows of the class told right, which are changed'),
  toldRival: share('told as the rival afterwards; NaN without rows'),
  toldOther: share('told as anything else than the class'),
  amount: number('mean sum of all changes of a row', 'intensity'),
  draws: whole(
    'random choices it is compared with: as many other pixels with as much ink in the class, or the stroke moved elsewhere',
  ),
  drawsRival: share(
    'told as the rival where as many other pixels with as much ink in the class are changed, the mean over draws',
  ),
  drawsRivalMost: share('the most of the draws'),
  drawsOther: share('told as anything else than the class there, the mean over draws'),
  drawsOtherMost: share('the most of the draws'),
  drawsAmount: number('mean sum of all changes of a row there', 'intensity'),
  sentence: { dtype: 'string', meaning: 'what the change does, in words' },
} as const;

const wayColumns = {
  class: classIndex,
  way: whole('from 0'),
  silhouette: number('mean silhouette of the clusters of the class; 0 of one'),
  rows: whole('training rows nearest to its centre'),
  heldRows: whole('held rows nearest to it'),
  recall: share('of these held rows told right; NaN without rows'),
} as const;

const leastColumns = {
  class: classIndex,
  rival: whole('the class that the image is told as afterwards'),
  which: {
    dtype: 'string',
    meaning:
      'which of the held images of the class told right: the one of least margin, `doubtful`; `median`; of most, `surest`',
  },
  id: whole("the image's id in the held split"),
  margin: number('logit of the class less the largest other, before'),
  length: number('Euclidean length of the least change found', 'intensity'),
  most: number('largest change of a pixel', 'intensity'),
} as const;

const tipped =
  'how much more it gives to the class that was told against the true one than on the mean over training rows of the true class told right';

const errorColumns = {
  class: whole('the true class'),
  images: whole('held images of it that are told wrongly'),
  rank: whole('the node that tipped them most first, from 1, five at most'),
  node: whole('of the last hidden layer, from 0'),
  evidence: number(`${tipped}; mean over these images`),
} as const;

const wrongColumns = {
  id: whole("the image's id in the held split"),
  class: whole('the true class'),
  told: whole('the class that it is told as'),
  margin: number('logit of the class that was told less that of the true one'),
  usual: number(
    'the same, mean over training rows of the true class told right; all nodes together make up the difference',
  ),
  rank: whole('the node that tipped it most first, from 1, five at most'),
  node: whole('of the last hidden layer, from 0'),
  evidence: number(tipped),
} as const;

const confusionColumns = {
  class: whole('the true class'),
  told: whole('the class that they are told as'),
  images: whole('held images of the one told as the other'),
  margin: number('logit of the class that was told less that of the true one; mean of these images, a hundred at most'),
  usual: number(
    'the same, mean over training rows of the true class told right; ink and absence make up the difference',
  ),
  ink: number('what pixels tip where these images have more ink than those told right, in the mean'),
  absence: number('what pixels tip where they have less'),
  node: whole('of the last hidden layer, the one that tipped them most; -1 without'),
  nodeEvidence: number(`${tipped}; mean over these images`),
  sentence: { dtype: 'string', meaning: 'how many there are and what tips them, in words' },
} as const;

const betweenColumns = {
  class: whole('a class; the lower index of the two'),
  rival: whole('another'),
  id: whole("the image's id in the held split"),
  label: whole('its true class, one of the two'),
  margin: number('logit of the class less that of the other, which are the largest two of the image'),
} as const;

const controlColumns = {
  net: {
    dtype: 'string',
    meaning:
      '`trained`: the net itself; `untrained`: one of the same form with first weights; ' +
      '`shuffled`: one trained on shuffled labels; `seed <n>`: trainings from further seeds; all but the first on a sample of the rows',
  },
  class: classIndex,
  recall: share('of the held rows of the class told right; NaN without rows'),
  rival: whole('the class that is most often second choice where it is told right; -1 where it never is'),
  area: number('of the nodes of the last hidden layer the area under the ROC curve farthest from a half; NaN without'),
  firing: whole('nodes of it whose area is 0.9 or more'),
  topShare: share('of the ten nodes with most evidence in all evidence of nodes for the class'),
  without: share('of the held rows told right with these ten at their means'),
  toldRival: share('of the held images told right that are told as the rival when the decisive pixels are changed'),
  gained: share(
    'of the held rows of the class, told right or not, that are told as the rival that it has by the net itself when the decisive pixels ' +
      'are changed, less that when as many others are; on 150 rows at most; NaN without',
  ),
  absenceShare: share('of absence in what speaks for the class against its rival'),
  hangsOn: whole(
    'the least number of nodes of the last hidden layer, of those tried, without which under half as many are told right; -1 if none',
  ),
  twins: number(
    'nodes of the last hidden layer of the net itself whose activations correlate by 0.7 or more with those of one of this net ' +
      'on the same images; NaN of the net itself, and where there are too many nodes',
  ),
  likeness: number(
    'correlation of the evidence by pixel for the class against the rival that it has by the net itself, with that of the net itself; NaN without',
  ),
} as const;

/** The columns of each table, by what a row is of. */
export const columns = {
  class: classColumns,
  rival: rivalColumns,
  blob: blobColumns,
  node: nodeColumns,
  removal: removalColumns,
  change: changeColumns,
  way: wayColumns,
  least: leastColumns,
  error: errorColumns,
  wrong: wrongColumns,
  confusion: confusionColumns,
  between: betweenColumns,
  control: controlColumns,
} as const;
