declare module 'opentype.js' {
  export interface Command {
    readonly type: 'M' | 'L' | 'C' | 'Q' | 'Z';
    readonly x: number;
    readonly y: number;
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
  }
  export interface Font {
    getPath(text: string, x: number, y: number, size: number): { readonly commands: readonly Command[] };
  }
  export function parse(buffer: ArrayBuffer): Font;
}
