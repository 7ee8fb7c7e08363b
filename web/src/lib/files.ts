// Photos, papers and voice notes on their way between this page and the node: pictures are turned upright, scaled and
// drawn anew before anything of them leaves the page, so that nothing of what a camera wrote into them remains; content
// goes in pieces, so that nothing large stands in one call.

import { call, type FileItem } from './call';

/** Long enough to read a paper that was photographed, short enough for a bad line. */
const kLongestSide = 2048;
const kPreviewSide = 320;
const kMostPreview = 8 * 1024;
export const kMostFile = 25 * 1024 * 1024;
export const kMostFiles = 8;
export const kMostVoiceSeconds = 15 * 60;

export type FileKind = FileItem['kind'];

export interface Prepared {
  content: Blob;
  name: string;
  kind: FileKind;
  preview?: string;
  seconds?: number;
}

const kAtOnce = 0x8000;
export function to_base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += kAtOnce) text += String.fromCharCode(...bytes.subarray(at, at + kAtOnce));
  return btoa(text);
}

function from_base64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

/** A JPEG without what the browser itself adds to it: everything of its head that is not needed to draw it. */
export function bare_jpeg(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    const size = 2 + (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    if (marker === 0xda) {
      parts.push(bytes.subarray(at));
      break;
    }
    if (!(marker > 0xe0 && marker <= 0xef) && marker !== 0xfe) parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}

async function drawn(picture: ImageBitmap, side: number, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext('2d');
  if (!brush) throw new Error('no canvas');
  brush.fillStyle = '#ffffff';
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.imageSmoothingQuality = 'high';
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', quality));
  if (!blob) throw new Error('no picture');
  return bare_jpeg(new Uint8Array(await blob.arrayBuffer()));
}

async function small(picture: ImageBitmap): Promise<string | undefined> {
  for (let side = kPreviewSide; side >= 64; side = Math.round(side * 0.75)) {
    const bytes = await drawn(picture, side, 0.6);
    if (bytes.length <= kMostPreview) return to_base64(bytes);
  }
  return undefined;
}

export function is_picture(file: Blob): boolean {
  return file.type.startsWith('image/');
}

/** The picture drawn anew; nothing where the browser cannot read it. Its name says nothing either. */
export async function redrawn(file: Blob, name: string): Promise<Prepared | undefined> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    return undefined;
  }
  try {
    const bytes = await drawn(picture, kLongestSide, 0.85);
    return { content: new Blob([bytes], { type: 'image/jpeg' }), name: `${name}.jpg`, kind: 'picture', ...with_preview(await small(picture)) };
  } finally {
    picture.close();
  }
}

/** As it is; with a preview where the browser can draw one. */
export async function untouched(file: File, kind: FileKind): Promise<Prepared> {
  const out: Prepared = { content: file, name: cut_name(file.name), kind };
  if (kind !== 'picture') return out;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const preview = await small(picture);
    picture.close();
    return { ...out, ...with_preview(preview) };
  } catch {
    return out;
  }
}

function with_preview(preview: string | undefined): { preview?: string } {
  return preview ? { preview } : {};
}

/** A name that fits: what is too long loses its middle, and what a system could take for a path is replaced. */
export function cut_name(name: string): string {
  const plain = name.replace(/[\\/\u0000-\u001f\u007f]/gu, ' ').trim() || '…';
  const letters = [...plain];
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  if (bytes(plain) <= 200) return plain;
  let keep = letters.length;
  const cut = (): string => [...letters.slice(0, Math.ceil(keep * 0.7)), '…', ...letters.slice(letters.length - Math.floor(keep * 0.3))].join('');
  while (bytes(cut()) > 200) keep--;
  return cut();
}

/** Gives a file to the node piece by piece; it is not sent yet. Answers by what name the node knows it. */
export async function give(group: string, what: Prepared, told: (part: number) => void, signal: AbortSignal): Promise<string> {
  const { file, piece } = await call('file.begin', {
    group,
    name: what.name,
    kind: what.kind,
    size: what.content.size,
    ...(what.seconds === undefined ? {} : { seconds: what.seconds }),
  });
  try {
    for (let at = 0; at < what.content.size; at += piece) {
      if (signal.aborted) throw new DOMException('stopped', 'AbortError');
      const bytes = new Uint8Array(await what.content.slice(at, at + piece).arrayBuffer());
      const { received } = await call('file.put', { group, file, at, content: to_base64(bytes) });
      told(received / what.content.size);
    }
  } catch (error) {
    await call('file.stop', { group, file }).catch(() => undefined);
    throw error;
  }
  return file;
}

/** The whole content of a file that is here. */
export async function whole(group: string, file: string): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (;;) {
    const { content, size, type } = await call('file.read', { group, file, at });
    const bytes = from_base64(content);
    pieces.push(bytes);
    at += bytes.length;
    if (at >= size || bytes.length === 0) return new Blob(pieces, { type });
  }
}

/** An address of a picture that only this page knows. */
export function address_of(base64: string, type = 'image/jpeg'): string {
  return URL.createObjectURL(new Blob([from_base64(base64)], { type }));
}

/** To be saved where she says, under its name. */
export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
