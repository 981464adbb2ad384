/** Where an event lies in the plot of a figure: shares of the plot's width and height, from its upper left corner. */
export function placeInPlot(figure: HTMLElement, svg: SVGSVGElement, event: MouseEvent): readonly [number, number] {
  const [left, top, side] = (figure.dataset['plot'] ?? '').split(',').map(Number);
  const box = svg.getBoundingClientRect();
  const scale = svg.viewBox.baseVal.width / box.width;
  return [((event.clientX - box.left) * scale - left) / side, ((event.clientY - box.top) * scale - top) / side];
}
