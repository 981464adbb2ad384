/** Ms in which further signals are taken for the same wish: shell, npm and Nx each pass a Ctrl-C on. */
const sameWish = 2000;

/** Fires when this process is told to stop (SIGINT, SIGTERM, SIGHUP). Told again, it ends as it is. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      first ??= performance.now();
      if (performance.now() - first > sameWish) process.exit(1);
      stop.abort();
    });
  }
  return stop.signal;
}
