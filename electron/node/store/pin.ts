// PINs: kept as scrypt hashes with a salt each, compared in constant time, and never written anywhere else.
// Runs in the history service (Node).
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { LoupeError } from '../../../models/errors.ts';
import { PIN_LEAST, PIN_MOST, Pin } from '../../common/people.ts';
import { damaged } from './failure.ts';

/** 32 MB and about a tenth of a second for each try: ten thousand PINs are few, so each one has to cost something. */
const COST = { N: 32_768, r: 8, p: 1 } as const;
const BYTES = 32;
/** scrypt takes 128 · N · r bytes; Node's default limit is exactly that, and refuses it. */
const MEMORY = 64 * 1024 * 1024;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const derive = (pin: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(pin, salt, BYTES, { N, r, p, maxmem: MEMORY }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });

/** Throws `people.pin_weak` for what everybody tries first. */
export function checkPin(pin: string): void {
  const digits = Array.from(pin, Number);
  const steps = new Set(digits.slice(1).map((digit, i) => digit - digits[i]!));
  const running = steps.size === 1 && [0, 1, -1].includes([...steps][0]!);
  if (!Pin.safeParse(pin).success || running) {
    throw new LoupeError('people.pin_weak', { least: PIN_LEAST, most: PIN_MOST });
  }
}

/** "scrypt:N:r:p:salt:hash", salt and hash in base64url. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(pin, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join(':');
}

export async function isPin(pin: string, kept: string): Promise<boolean> {
  const [name, N, r, p, salt = '', hash = ''] = kept.split(':');
  const key = Buffer.from(hash, 'base64url');
  if (name !== 'scrypt' || key.length !== BYTES) throw damaged('A PIN is kept in a form that nobody wrote.');
  const given = await derive(pin, Buffer.from(salt, 'base64url'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(given, key);
}
