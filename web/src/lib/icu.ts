// Messages in the form of ICU: {name}, {count, plural, one {…} few {…} other {…}} with # for the number, and
// {kind, select, a {…} other {…}}. An apostrophe quotes nothing: catalogues have no braces of their own.

export type Values = Record<string, string | number>;
type Piece =
  | string
  | { kind: 'argument'; name: string }
  | { kind: 'number' }
  | { kind: 'plural' | 'select'; name: string; cases: Record<string, Piece[]> };

class Parser {
  #at = 0;
  #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  pieces(inside_plural: boolean): Piece[] {
    const out: Piece[] = [];
    let plain = '';
    const flush = () => {
      if (plain) out.push(plain);
      plain = '';
    };
    while (this.#at < this.#text.length) {
      const c = this.#text[this.#at];
      if (c === '}') break;
      if (c === '{') {
        flush();
        this.#at++;
        out.push(this.#argument());
      } else if (c === '#' && inside_plural) {
        flush();
        this.#at++;
        out.push({ kind: 'number' });
      } else {
        plain += c;
        this.#at++;
      }
    }
    flush();
    return out;
  }

  done(): boolean {
    return this.#at === this.#text.length;
  }

  #word(): string {
    const match = /^[\s]*([\w=]+)[\s]*/.exec(this.#text.slice(this.#at));
    if (!match) throw new Error('a name is missing in: ' + this.#text);
    this.#at += match[0].length;
    return match[1] as string;
  }

  #expect(c: string): void {
    if (this.#text[this.#at] !== c) throw new Error(`${c} is missing in: ${this.#text}`);
    this.#at++;
  }

  #argument(): Piece {
    const name = this.#word();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return { kind: 'argument', name };
    }
    this.#expect(',');
    const kind = this.#word();
    if (kind !== 'plural' && kind !== 'select') throw new Error('unknown kind ' + kind);
    this.#expect(',');
    const cases: Record<string, Piece[]> = {};
    while (!/^\s*\}/.test(this.#text.slice(this.#at))) {
      const label = this.#word();
      this.#expect('{');
      cases[label] = this.pieces(kind === 'plural');
      this.#expect('}');
    }
    this.#at = this.#text.indexOf('}', this.#at) + 1;
    if (!cases['other']) throw new Error('no case "other" in: ' + this.#text);
    return { kind, name, cases };
  }
}

export function parse(text: string): Piece[] {
  const parser = new Parser(text);
  const pieces = parser.pieces(false);
  if (!parser.done()) throw new Error('a brace too many in: ' + text);
  return pieces;
}

function render(pieces: Piece[], values: Values, locale: string, count: number): string {
  const say = (value: string | number | undefined) =>
    typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : (value ?? '');
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if (piece.kind === 'number') return say(count);
      if (piece.kind === 'argument') return say(values[piece.name]);
      const value = values[piece.name];
      if (piece.kind === 'select') {
        return render(piece.cases[String(value)] ?? piece.cases['other'] ?? [], values, locale, count);
      }
      const number = Number(value ?? 0);
      const form = new Intl.PluralRules(locale).select(number);
      const chosen = piece.cases['=' + number] ?? piece.cases[form] ?? piece.cases['other'] ?? [];
      return render(chosen, values, locale, number);
    })
    .join('');
}

const parsed = new Map<string, Piece[]>();

export function format(text: string, values: Values, locale: string): string {
  let pieces = parsed.get(text);
  if (!pieces) parsed.set(text, (pieces = parse(text)));
  return render(pieces, values, locale, 0);
}
