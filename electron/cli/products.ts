// Several products in one run: a session for each, all on the same model.
// Runs in Node (command line).
import { basename, dirname } from 'node:path';
import type { SessionInfo, SessionOptions } from '../common/inference-service.ts';
import type { ScannedFile } from '../node/files/scan.ts';
import { Inspector, type InferenceClient } from './inspector.ts';

/** The first folder on the way to a photograph, else the one it lies in, as words: "metal_nut/test/1.png" is a "metal nut". */
export function folderWords({ path, relative }: ScannedFile): string {
  const [first = '', ...more] = relative.split('/');
  return (more.length > 0 ? first : basename(dirname(path))).replaceAll('_', ' ');
}

export class ProductSessions {
  readonly #client: InferenceClient;
  readonly #options: Omit<SessionOptions, 'product'>;
  readonly #inspectors = new Map<string, Inspector>();

  constructor(client: InferenceClient, options: Omit<SessionOptions, 'product'>) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Opens the sessions, one after the other: they share the network, and the words of all are known before the first
   * photograph. Returns what is the same for all, with the products named in a row. Throws what `session.open` throws.
   */
  async open(products: readonly string[]): Promise<SessionInfo> {
    const [first = '', ...more] = products;
    const info = await this.of(first).open();
    for (const product of more) await this.of(product).open();
    return { ...info, product: products.join(', ') };
  }

  of(product: string): Inspector {
    const inspector =
      this.#inspectors.get(product) ?? new Inspector(this.#client, { ...this.#options, product });
    this.#inspectors.set(product, inspector);
    return inspector;
  }
}
