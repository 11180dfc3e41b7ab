// Pictures for the fake parts: drawn discs with scratches, or real photographs of a folder in the MVTec layout, and their heat.
// Runs in Node.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import sharp from 'sharp';
import { ID_SPACE, MAP_SIZE, noise, scoreOf, type CatalogueEntry } from './fake-data.ts';

export interface Media {
  thumbnail(partId: number): Promise<Buffer>;
  image(partId: number): Promise<Buffer>;
  map(partId: number): Promise<Buffer>;
  /** The heat by a trained head. */
  after(partId: number): Promise<Buffer>;
  /** PNG, white on black. */
  mask(partId: number): Promise<Buffer>;
}

/** A disc in the middle, the size of the drawn photographs. */
const discMask = (): Promise<Buffer> => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="720"><rect width="960" height="720"/><circle cx="480" cy="360" r="120" fill="#fff"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
};

const seqOf = (partId: number): number => (partId % ID_SPACE) - 1;

/** So few that 100,000 parts cost no more to serve than 24. */
const VARIANTS = 24;

/** Makes each picture once. */
function memo(): (key: string, make: () => Promise<Buffer>) => Promise<Buffer> {
  const made = new Map<string, Promise<Buffer>>();
  return (key, make) => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };
}

export async function drawnMedia(): Promise<Media> {
  const once = memo();
  const picture = (variant: number, width: number): Promise<Buffer> => {
    const height = (width * 3) / 4;
    const grey = Math.round(90 + 90 * noise(variant));
    const spots = Array.from({ length: 12 }, (_, i) => {
      const [x, y] = [noise(variant * 50 + i) * width, noise(variant * 70 + i) * height];
      return `<circle cx="${x}" cy="${y}" r="${width / 60}" fill="rgb(${grey - 30},${grey - 20},${grey - 40})"/>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#3c3a38"/>
      <circle cx="50%" cy="50%" r="${height * 0.42}" fill="rgb(${grey},${grey - 10},${grey - 30})"/>${spots.join('')}</svg>`;
    return sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer();
  };
  const thumbnail = (variant: number): Promise<Buffer> => once(`t${variant}`, () => picture(variant, 320));
  // Drawn before anybody asks: a busy machine would make the page wait for the test's own pictures.
  for (let variant = 0; variant < VARIANTS; variant++) await thumbnail(variant);
  return {
    thumbnail: (id) => thumbnail(seqOf(id) % VARIANTS),
    image: (id) => once(`i${seqOf(id) % VARIANTS}`, () => picture(seqOf(id) % VARIANTS, 960)),
    map: (id) => Promise.resolve(blob(seqOf(id), scoreOf(seqOf(id)))),
    after: (id) => Promise.resolve(blob(seqOf(id), 1)),
    mask: () => once('mask', discMask),
  };
}

/** One round hot spot, as high as the score. */
function blob(seq: number, score: number): Buffer {
  const bytes = Buffer.alloc(MAP_SIZE * MAP_SIZE);
  const [cx, cy] = [MAP_SIZE * (0.25 + 0.5 * noise(seq * 7)), MAP_SIZE * (0.25 + 0.5 * noise(seq * 11))];
  for (let y = 0; y < MAP_SIZE; y++) {
    for (let x = 0; x < MAP_SIZE; x++) {
      const near = Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 900);
      bytes[y * MAP_SIZE + x] = Math.min(255, Math.round(255 * score * (0.35 + 0.65 * near)));
    }
  }
  return bytes;
}

/** Real photographs, for looking only: never copied, never part of a test. Their heat is the blurred ground truth. */
export async function folderMedia(root: string): Promise<{ media: Media; catalogue: CatalogueEntry[] }> {
  const test = join(root, 'test');
  const files = readdirSync(test)
    .filter((kind) => statSync(join(test, kind)).isDirectory())
    .flatMap((kind) => readdirSync(join(test, kind)).map((file) => join(test, kind, file)))
    .sort((a, b) => noise(hash(a)) - noise(hash(b)));
  const catalogue = await Promise.all(
    files.map(async (file) => {
      const { width, height } = await sharp(file).metadata();
      const seed = hash(file);
      const good = basename(dirname(file)) === 'good';
      const spread = (noise(seed) + noise(seed + 1)) / 2;
      const score = good ? 0.08 + 0.42 * spread : 0.38 + 0.6 * spread;
      return { name: `${basename(dirname(file))}/${basename(file)}`, width, height, score };
    }),
  );
  const fileOf = (id: number): string => files[seqOf(id)]!;
  const once = memo();
  const media: Media = {
    thumbnail: (id) =>
      once(`t${id}`, () =>
        sharp(fileOf(id)).rotate().resize(320, 320, { fit: 'inside' }).jpeg({ quality: 85 }).toBuffer(),
      ),
    image: (id) => once(`i${id}`, () => sharp(fileOf(id)).rotate().jpeg({ quality: 95 }).toBuffer()),
    map: (id) => once(`m${id}`, () => truthMap(fileOf(id), root, catalogue[seqOf(id)]?.score ?? 0)),
    after: (id) => once(`a${id}`, () => truthMap(fileOf(id), root, 1)),
    mask: (id) => once(`k${id}`, () => maskOf(fileOf(id), root)),
  };
  return { media, catalogue };
}

async function maskOf(file: string, root: string): Promise<Buffer> {
  const mask = join(
    root,
    'ground_truth',
    basename(dirname(file)),
    `${basename(file, extname(file))}_mask.png`,
  );
  return existsSync(mask) ? sharp(mask).png().toBuffer() : discMask();
}

async function truthMap(file: string, root: string, score: number): Promise<Buffer> {
  const name = basename(file, extname(file));
  const kind = basename(dirname(file));
  const candidates = ['_mask.png', '.png', '_mask.jpg', '.jpg'].map((end) =>
    join(root, 'ground_truth', kind, name + end),
  );
  const mask = candidates.find(existsSync);
  const ground = await sharp({
    create: {
      width: 8,
      height: 8,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .extractChannel(0)
    .resize(MAP_SIZE, MAP_SIZE, { kernel: 'cubic' })
    .raw()
    .toBuffer();
  const hot =
    mask === undefined
      ? null
      : await sharp(mask)
          .extractChannel(0)
          .resize(MAP_SIZE, MAP_SIZE, { fit: 'fill' })
          .blur(9)
          .raw()
          .toBuffer();
  return Buffer.from(
    ground.map((value, i) =>
      Math.min(255, (value / 255) * 110 * (0.5 + score) + (hot?.[i] ?? 0) * 1.3 * score),
    ),
  );
}

const hash = (text: string): number =>
  Array.from(text).reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) | 0, 7);
