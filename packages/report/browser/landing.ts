/** Frames over which a chapter is brought into view. */
const FRAMES = 6;

/**
 * Brings the chapter of a link into view. Chapters that come near the screen take their true height only then; browsers without
 * scroll anchoring would end beside the chapter asked for.
 */
export function landOnChapters(): void {
  addEventListener('hashchange', () => {
    let frames = FRAMES;
    const land = (): void => {
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
      if (--frames > 0) requestAnimationFrame(land);
    };
    land();
  });
}

/** Unfolds everything on paper. */
export function unfoldForPrint(): void {
  addEventListener('beforeprint', () =>
    document.querySelectorAll('details').forEach((details) => (details.open = true)),
  );
}
