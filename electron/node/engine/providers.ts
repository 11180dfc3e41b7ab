// The execution providers of ONNX Runtime that Loupe knows: which of them may be there, and by which rules each one runs.
// Runs in the inference service and on the command line (Node).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '../../common/inference-service.ts';
import { CUDA_LIBRARIES, runtimeFolder } from './cuda-libraries.ts';

export type Provider = Exclude<Device, 'auto'>;
export const PROVIDERS = ['cpu', 'cuda', 'dml', 'coreml', 'webgpu'] as const satisfies Provider[];

/** Tried in this order; of several that beat the processor the fastest one is taken. */
const PREFERENCE = ['cuda', 'dml', 'coreml', 'webgpu'] as const satisfies Provider[];

/** What a provider asks of a session. */
export interface ProviderRules {
  /** Runs of one session may overlap. */
  readonly overlap: boolean;
  /** Memory for a run is planned after the first one of the same shapes. */
  readonly memoryPattern: boolean;
  /** Takes memory of the processor from an arena, which is settled after the first photograph. */
  readonly arena: boolean;
}

const USUAL: ProviderRules = { overlap: true, memoryPattern: true, arena: true };

/** DirectML allows no memory pattern, no parallel execution and one run of a session at a time. */
const RULES: Readonly<Record<Provider, ProviderRules>> = {
  cpu: USUAL,
  cuda: USUAL,
  coreml: USUAL,
  webgpu: { ...USUAL, overlap: false },
  dml: { ...USUAL, memoryPattern: false, overlap: false },
};

export const rulesOf = (provider: Provider): ProviderRules => RULES[provider];

/** What can be asked about a computer without starting a provider. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
}

const HERE: Surroundings = { platform: process.platform, exists: existsSync };

/** Signs of a graphics card; without one a provider would only complain on standard error. */
const LINUX_CARDS = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg'];

/**
 * The providers beside the processor that are worth a try: the runtime has them, and what they need is there. Whether they
 * work shows when they are tried.
 */
export function candidates(
  backends: readonly string[],
  { platform, exists }: Surroundings = HERE,
): Provider[] {
  const card = platform !== 'linux' || LINUX_CARDS.some(exists);
  return PREFERENCE.filter((provider) => {
    if (!backends.includes(provider) || !card) return false;
    // The runtime names CUDA wherever it could be installed.
    return provider !== 'cuda' || CUDA_LIBRARIES.every((file) => exists(join(runtimeFolder(), file)));
  });
}
