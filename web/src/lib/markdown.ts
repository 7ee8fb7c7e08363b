// Markdown in a small safe subset, read into plain data: the page makes its own elements of it and never HTML out of
// text. Paragraphs with their line breaks, headings, quotes, lists, **strong** and *slanted*; a link is shown as its
// words and its address, not to be followed by a slip of the finger. Everything else is text as it was written.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'break' }
  | { kind: 'strong'; inside: Inline[] }
  | { kind: 'slanted'; inside: Inline[] }
  | { kind: 'link'; text: string; address: string };

export type Block =
  | { kind: 'paragraph' | 'heading' | 'quote'; inside: Inline[] }
  | { kind: 'list'; ordered: boolean; start: number; items: Inline[][] };

const kMostDepth = 4;
const kMostSpan = 2000;
const bullet = /^ {0,3}[-*•–—]\s+(.*)$/;
const number = /^ {0,3}(\d{1,4})[.)]\s+(.*)$/;
const heading = /^#{1,6}\s+(.*?)\s*#*$/;
const quote = /^>\s?(.*)$/;
const link = /^\[([^[\]\n]{1,400})\]\(([^()\s]{1,1000})\)/;

export function inline(text: string, depth = 0): Inline[] {
  const out: Inline[] = [];
  let plain = '';
  const flush = () => {
    if (plain) out.push({ kind: 'text', text: plain });
    plain = '';
  };
  let at = 0;
  while (at < text.length) {
    const sign = text[at] ?? '';
    if (sign === '\\' && /[\\*[\]#>_`~-]/.test(text[at + 1] ?? '')) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    if (sign === '\n') {
      flush();
      out.push({ kind: 'break' });
      at++;
      continue;
    }
    if (sign === '[') {
      const found = link.exec(text.slice(at, at + 1500));
      if (found?.[1] && found[2]) {
        flush();
        out.push({ kind: 'link', text: found[1], address: found[2] });
        at += found[0].length;
        continue;
      }
    }
    if (sign === '*' && depth < kMostDepth) {
      const mark = text.startsWith('**', at) ? '**' : '*';
      const from = at + mark.length;
      const to = closing(text, from, mark);
      if (to > from) {
        flush();
        out.push({ kind: mark === '**' ? 'strong' : 'slanted', inside: inline(text.slice(from, to), depth + 1) });
        at = to + mark.length;
        continue;
      }
      plain += mark;
      at = from;
      continue;
    }
    plain += sign;
    at++;
  }
  flush();
  return out;
}

/** Where the mark that opened before `from` closes, or -1: it clings to a word on the inside, as an opening one does. */
function closing(text: string, from: number, mark: string): number {
  if (/^\s|^$/.test(text.slice(from, from + 1))) return -1;
  for (let at = text.indexOf(mark, from); at >= 0 && at < from + kMostSpan; at = text.indexOf(mark, at + 1)) {
    if (/\s/.test(text[at - 1] ?? ' ') || text[at - 1] === '\\') continue;
    if (mark === '*' && (text[at + 1] === '*' || text[at - 1] === '*')) continue;
    return at;
  }
  return -1;
}

export function parse(source: string): Block[] {
  const blocks: Block[] = [];
  let open: { kind: 'paragraph' | 'quote'; lines: string[] } | null = null;
  let list: { ordered: boolean; start: number; items: string[] } | null = null;
  const close = () => {
    if (open) blocks.push({ kind: open.kind, inside: inline(open.lines.join('\n')) });
    if (list) blocks.push({ kind: 'list', ordered: list.ordered, start: list.start, items: list.items.map((item) => inline(item)) });
    open = list = null;
  };
  for (const raw of source.replace(/\r\n?/g, '\n').split('\n')) {
    const line = raw.trimEnd();
    const item = bullet.exec(line);
    const numbered = item ? null : number.exec(line);
    if (!line.trim()) {
      close();
    } else if (item || numbered) {
      const ordered = !!numbered;
      if (!list || (list as { ordered: boolean }).ordered !== ordered) {
        close();
        list = { ordered, start: ordered ? Number(numbered?.[1]) : 1, items: [] };
      }
      (list as { items: string[] }).items.push((item?.[1] ?? numbered?.[2] ?? '').trim());
    } else if (heading.test(line)) {
      close();
      blocks.push({ kind: 'heading', inside: inline(heading.exec(line)?.[1] ?? '') });
    } else if (list && /^\s{2,}\S/.test(line)) {
      const items: string[] = (list as { items: string[] }).items;
      items[items.length - 1] += '\n' + line.trim();
    } else {
      const quoted = quote.exec(line);
      const kind = quoted ? 'quote' : 'paragraph';
      if (list || (open as { kind: string } | null)?.kind !== kind) close();
      open ??= { kind, lines: [] };
      open.lines.push(quoted?.[1] ?? line.trim());
    }
  }
  close();
  return blocks;
}

/** The words alone, for what is copied and read aloud. */
export function plain(source: string): string {
  const words = (parts: Inline[]): string =>
    parts
      .map((part) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'break') return '\n';
        if (part.kind === 'link') return `${part.text} (${part.address})`;
        return words(part.inside);
      })
      .join('');
  return parse(source)
    .map((block) =>
      block.kind === 'list'
        ? block.items.map((item, i) => `${block.ordered ? `${block.start + i}.` : '–'} ${words(item)}`).join('\n')
        : words(block.inside),
    )
    .join('\n\n');
}
