// The shape of a CLIP model: what a pack states and what the graph builder, importer and text tower need to know.
// Runs anywhere (pure TypeScript, types only).

/** Exact GELU (erf) or x·sigmoid(1.702x); the wrong one silently degrades results, so it is stored, never guessed. */
export type Activation = 'gelu' | 'quick_gelu';

/** Sizes that the two transformers share. `mlpWidth` is the hidden size of the feed-forward layer. */
export interface TransformerShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
}

/** `patch` and `imageSize` are pixels; the image is square and holds (imageSize / patch)² patches. */
export interface VisionArchitecture extends TransformerShape {
  readonly patch: number;
  readonly imageSize: number;
}

/** `contextLength` and `vocabSize` count tokens. */
export interface TextArchitecture extends TransformerShape {
  readonly contextLength: number;
  readonly vocabSize: number;
}

/** `text` is absent in a pack that ships ready text features instead of a text tower. */
export interface ClipArchitecture {
  readonly embedDim: number;
  readonly activation: Activation;
  readonly vision: VisionArchitecture;
  readonly text?: TextArchitecture;
}
