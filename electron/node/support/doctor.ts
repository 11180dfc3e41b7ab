// The checks behind the diagnostics: each looks at one thing, tells facts, and never throws. What they need comes in as functions,
// so that the workstation asks its services and `loupe doctor` does the same by itself. Runs in Node.
import { readdirSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { LoupeError, toErrorValue, type ErrorValue } from '../../../models/errors.ts';
import type { PolicyInForce } from '../../common/policy.ts';
import type { DatabaseHealth } from '../../common/history-service.ts';
import type { ModelHealth } from '../../common/inference-service.ts';
import { CHECK_IDS, type Check, type CheckId, type Fact } from '../../common/support.ts';
import { checkDataFolder } from '../admin/data-folder.ts';
import type { ServiceState } from '../service-client.ts';

export interface DoctorPorts {
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly crashFolder: string;
  /** Why the folder is not even looked at: without the rules it might be the wrong one. */
  readonly untouchable?: ErrorValue | undefined;
  /** Throws `policy.invalid`. */
  readonly policy: () => PolicyInForce;
  /** Throws what opening a history or a pack throws. */
  readonly database: () => Promise<DatabaseHealth>;
  readonly model: () => Promise<ModelHealth>;
  /** Absent where there are none: on the command line. */
  readonly services?: () => Readonly<Record<string, ServiceState>>;
  /** Log lines that could not be written. */
  readonly lostLines?: () => number;
}

type Finding = Omit<Check, 'id' | 'ms' | 'error'> & { readonly error?: ErrorValue };

/** Below it a run of a day no longer fits: a map and a thumbnail take some 80 kB. */
const LITTLE_SPACE = 2_000_000_000;
const TOO_LITTLE_SPACE = 200_000_000;

export class Doctor {
  readonly checks: readonly CheckId[];
  readonly #ports: DoctorPorts;
  readonly #last = new Map<CheckId, Check>();

  constructor(ports: DoctorPorts) {
    this.#ports = ports;
    this.checks = CHECK_IDS.filter((id) => id !== 'services' || ports.services !== undefined);
  }

  /** What was found so far, in order. */
  get found(): Check[] {
    return this.checks.flatMap((id) => this.#last.get(id) ?? []);
  }

  async run(id: CheckId): Promise<Check> {
    const begun = performance.now();
    let finding: Finding;
    try {
      finding = await this.#look[id]();
    } catch (thrown) {
      finding = { state: 'failed', facts: [], error: toErrorValue(thrown) };
    }
    const { error = null, ...rest } = finding;
    const plain = error && { code: error.code, params: { ...error.params } };
    const check = { id, ...rest, error: plain, ms: Math.round(performance.now() - begun) };
    this.#last.set(id, check);
    return check;
  }

  async runAll(onCheck: (check: Check) => void = () => undefined): Promise<Check[]> {
    for (const id of this.checks) onCheck(await this.run(id));
    return this.found;
  }

  readonly #look: Readonly<Record<CheckId, () => Finding | Promise<Finding>>> = {
    policy: () => {
      const { file, idleLockMinutes, disabled } = this.#ports.policy();
      if (file === null) return { state: 'ok', facts: [] };
      return {
        state: 'ok',
        facts: facts(
          ['policyFile', file],
          ...(disabled.length > 0 ? [['disabled', disabled.join(', ')] as const] : []),
          ...(idleLockMinutes === null ? [] : [['idleLock', idleLockMinutes] as const]),
        ),
      };
    },
    data: () => {
      const { untouchable } = this.#ports;
      if (untouchable) return { state: 'failed', facts: [], error: untouchable };
      checkDataFolder(this.#ports.dataFolder);
      return { state: 'ok', facts: facts(['dataFolder', this.#ports.dataFolder]) };
    },
    disk: () => {
      const { bavail, bsize } = statfsSync(this.#ports.dataFolder);
      const free = bavail * bsize;
      const found: Fact[] = [{ name: 'free', value: free, unit: 'bytes' }];
      if (free < TOO_LITTLE_SPACE) {
        const reason = `${Math.floor(free / 1e6)} MB free`;
        const error = new LoupeError('data.not_writable', { path: this.#ports.dataFolder, reason });
        return { state: 'failed', facts: found, error: error.toValue() };
      }
      return { state: free < LITTLE_SPACE ? 'warning' : 'ok', facts: found };
    },
    database: async () => {
      const { file, bytes, schema, sqlite, faults } = await this.#ports.database();
      const found: Fact[] = [
        ...facts(['file', file]),
        { name: 'size', value: bytes, unit: 'bytes' },
        ...facts(['schema', schema], ['sqlite', sqlite]),
      ];
      if (faults.length === 0) return { state: 'ok', facts: found };
      const error = new LoupeError('history.damaged', { reason: `quick_check: ${faults.join('; ')}` });
      return { state: 'failed', facts: found, error: error.toValue() };
    },
    model: async () => {
      const { id, version, files, device, difference, tolerance } = await this.#ports.model();
      return {
        state: 'ok',
        facts: facts(
          ['pack', `${id} ${version}`],
          ['files', files],
          ['device', device],
          ['difference', difference.toExponential(1)],
          ['allowed', tolerance.toExponential(0)],
        ),
      };
    },
    services: () => {
      const states = Object.entries(this.#ports.services?.() ?? {});
      const running = states.filter(([, state]) => state.running).map(([name]) => name);
      const deaths = states.reduce((sum, [, state]) => sum + state.deaths, 0);
      const givenUp = states.find(([, state]) => state.givenUp);
      const found = facts(['running', running.join(', ') || '-'], ['deaths', deaths]);
      if (!givenUp) return { state: deaths > 0 ? 'warning' : 'ok', facts: found };
      const error = new LoupeError('service.died', { service: givenUp[0], reason: 'it died too often' });
      return { state: 'failed', facts: found, error: error.toValue() };
    },
    logs: () => {
      const { logFolder, lostLines = () => 0 } = this.#ports;
      const files = filesIn(logFolder);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const found: Fact[] = [...facts(['file', logFolder]), { name: 'size', value: bytes, unit: 'bytes' }];
      return { state: lostLines() > 0 ? 'warning' : 'ok', facts: found };
    },
    crashes: () => {
      const dumps = filesIn(this.#ports.crashFolder).filter(({ name }) => name.endsWith('.dmp'));
      const newest = Math.max(...dumps.map(({ at }) => at));
      if (dumps.length === 0) return { state: 'ok', facts: facts(['count', 0]) };
      return {
        state: 'warning',
        facts: [
          ...facts(['count', dumps.length], ['file', this.#ports.crashFolder]),
          { name: 'newest', value: new Date(newest).toISOString(), unit: 'time' },
        ],
      };
    },
  };
}

export const facts = (...pairs: (readonly [Fact['name'], string | number])[]): Fact[] =>
  pairs.map(([name, value]) => ({ name, value }));

interface FoundFile {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** All files below a folder; none where there is no folder. */
export function filesIn(folder: string): FoundFile[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const { size, mtimeMs } = statSync(join(entry.parentPath, entry.name));
        return { name: entry.name, bytes: size, at: mtimeMs };
      });
  } catch {
    return [];
  }
}
