// Small behaviours for elements: focus on arrival, arrow keys in lists.

/** Focus goes to the heading of what has just opened, so that a screen reader begins there. */
export function arrive(node: HTMLElement): void {
  node.tabIndex = -1;
  node.closest('.detail')?.scrollTo(0, 0);
  queueMicrotask(() => {
    const active = document.activeElement;
    if (active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement) return;
    node.focus({ preventScroll: true });
  });
}

/** Up and down move among the buttons and links of a list; Home and End to its ends. */
export function arrows(node: HTMLElement): { destroy(): void } {
  const move = (event: KeyboardEvent) => {
    const items = [...node.querySelectorAll<HTMLElement>('button:not([disabled]), a[href]')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[Math.max(0, Math.min(items.length - 1, to))]?.focus();
  };
  node.addEventListener('keydown', move);
  return { destroy: () => node.removeEventListener('keydown', move) };
}
