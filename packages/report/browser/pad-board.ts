import { PEN } from '@layerwise/scan/drawn';

/** Where strokes are drawn. */
export class Board {
  /** x and y of the points of each stroke, one after the other. */
  readonly strokes: number[][] = [];
  private readonly brush: CanvasRenderingContext2D;
  private drawing: number[] | undefined;

  /** @param changed is called whenever there is more or less to see, or a stroke ends */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly buttons: { readonly undo: HTMLButtonElement; readonly clear: HTMLButtonElement },
    private readonly changed: () => void,
  ) {
    this.brush = canvas.getContext('2d') as CanvasRenderingContext2D;
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', () => this.lift());
    canvas.addEventListener('pointercancel', () => this.lift());
    buttons.undo.addEventListener('click', () => this.drop(1));
    buttons.clear.addEventListener('click', () => this.drop(this.strokes.length));
  }

  /** Whether a stroke is being drawn. */
  get isDrawing(): boolean {
    return this.drawing !== undefined;
  }

  paint(): void {
    const { brush, canvas, strokes, buttons } = this;
    brush.clearRect(0, 0, canvas.width, canvas.height);
    brush.lineWidth = (PEN / 28) * canvas.width;
    brush.lineCap = brush.lineJoin = 'round';
    brush.beginPath();
    for (const stroke of strokes) {
      brush.moveTo(stroke[0], stroke[1]);
      for (let i = 0; i < stroke.length; i += 2) brush.lineTo(stroke[i], stroke[i + 1]);
    }
    brush.stroke();
    buttons.undo.disabled = buttons.clear.disabled = strokes.length === 0;
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0 || this.drawing) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = [...this.place(event)];
    this.strokes.push(this.drawing);
    this.changed();
  }

  private move(event: PointerEvent): void {
    if (!this.drawing) return;
    // None for events that a program made, and in Safari before 18.2.
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length > 0 ? all : [event]) this.drawing.push(...this.place(each));
    this.changed();
  }

  private lift(): void {
    if (!this.drawing) return;
    this.drawing = undefined;
    this.changed();
  }

  private drop(count: number): void {
    this.strokes.length = Math.max(0, this.strokes.length - count);
    this.changed();
  }

  private place(event: PointerEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * this.canvas.width,
      ((event.clientY - box.top) / box.height) * this.canvas.height,
    ];
  }
}
