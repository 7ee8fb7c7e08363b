// A link as a QR code, and back again from a picture. Maker and reader are fetched when they are wanted: few need them.

const kQuiet = 4;

export interface Code {
  size: number;
  path: string;
}

export async function draw(text: string): Promise<Code> {
  const { default: make } = await import('qrcode-generator');
  const code = make(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      if (!code.isDark(row, column)) continue;
      let run = 1;
      while (column + run < count && code.isDark(row, column + run)) run++;
      path += `M${column + kQuiet} ${row + kQuiet}h${run}v1h-${run}z`;
      column += run;
    }
  }
  return { size: count + 2 * kQuiet, path };
}

/** As a picture to be kept or sent: black on white, eight dots to the module. */
export function picture(code: Code): Promise<Blob | null> {
  const scale = 8;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = code.size * scale;
  const context = canvas.getContext('2d');
  if (!context) return Promise.resolve(null);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.fillStyle = '#000';
  context.fill(new Path2D(code.path));
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}

/** The text in the picture's QR code, or null. */
export async function read_picture(file: Blob): Promise<string | null> {
  const { default: read } = await import('jsqr');
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  for (const limit of [1200, 700, 2000]) {
    const scale = Math.min(1, limit / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = read(pixels.data, pixels.width, pixels.height);
    if (found?.data) return found.data;
  }
  return null;
}
