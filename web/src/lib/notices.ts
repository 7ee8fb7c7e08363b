// The node's notices. Whoever listens is told of each one, and of a `null` whenever the stream was opened anew:
// notices may have been missed then, and everything shown is to be fetched again.

import type { Notice } from './call';

export type NoticeListener = (notice: Notice | null) => void;
const listeners = new Set<NoticeListener>();
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let told_lost: (lost: boolean) => void = () => undefined;

export function on_notice(listener: NoticeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(notice: Notice | null): void {
  for (const listener of [...listeners]) listener(notice);
}

/** Opens the stream and keeps it open; `lost` hears whether it is gone. Calling again changes nothing. */
export function open_notices(lost: (lost: boolean) => void): void {
  told_lost = lost;
  if (source) return;
  clearTimeout(retry);
  source = new EventSource('/api/notices');
  source.onopen = () => {
    told_lost(false);
    tell(null);
  };
  source.onmessage = (event: MessageEvent<string>) => tell(JSON.parse(event.data) as Notice);
  source.onerror = () => {
    told_lost(true);
    source?.close();
    source = null;
    retry = setTimeout(() => open_notices(told_lost), 1500);
  };
}
