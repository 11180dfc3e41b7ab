// The tensor names that OpenAI, open_clip and Hugging Face give to the same CLIP weights.
// Runs anywhere (pure data). Specification § H.4.

/** Where a file keeps each role. Weights that a file keeps in parts are listed in their order. */
export interface WeightNames {
  readonly vision: {
    readonly patch: string;
    readonly classEmbedding: string;
    readonly position: string;
    readonly normPre: string;
    readonly blocks: string;
    readonly normPost: string;
    readonly projection: string;
  };
  readonly text: {
    readonly token: string;
    readonly position: string;
    readonly blocks: string;
    readonly normFinal: string;
    readonly projection: string;
  };
  readonly block: {
    readonly norm1: string;
    readonly qkvWeight: readonly string[];
    readonly qkvBias: readonly string[];
    readonly out: string;
    readonly norm2: string;
    readonly mlpIn: string;
    readonly mlpOut: string;
  };
  /** The projections are kept as [D, W] instead of [W, D]. */
  readonly projectionTransposed: boolean;
}

export const WEIGHT_NAMES = {
  /** OpenAI and open_clip. */
  open_clip: {
    vision: {
      patch: 'visual.conv1.weight',
      classEmbedding: 'visual.class_embedding',
      position: 'visual.positional_embedding',
      normPre: 'visual.ln_pre',
      blocks: 'visual.transformer.resblocks',
      normPost: 'visual.ln_post',
      projection: 'visual.proj',
    },
    text: {
      token: 'token_embedding.weight',
      position: 'positional_embedding',
      blocks: 'transformer.resblocks',
      normFinal: 'ln_final',
      projection: 'text_projection',
    },
    block: {
      norm1: 'ln_1',
      qkvWeight: ['attn.in_proj_weight'],
      qkvBias: ['attn.in_proj_bias'],
      out: 'attn.out_proj',
      norm2: 'ln_2',
      mlpIn: 'mlp.c_fc',
      mlpOut: 'mlp.c_proj',
    },
    projectionTransposed: false,
  },
  /** transformers, class CLIPModel; "pre_layrnorm" is spelt so there. */
  hugging_face: {
    vision: {
      patch: 'vision_model.embeddings.patch_embedding.weight',
      classEmbedding: 'vision_model.embeddings.class_embedding',
      position: 'vision_model.embeddings.position_embedding.weight',
      normPre: 'vision_model.pre_layrnorm',
      blocks: 'vision_model.encoder.layers',
      normPost: 'vision_model.post_layernorm',
      projection: 'visual_projection.weight',
    },
    text: {
      token: 'text_model.embeddings.token_embedding.weight',
      position: 'text_model.embeddings.position_embedding.weight',
      blocks: 'text_model.encoder.layers',
      normFinal: 'text_model.final_layer_norm',
      projection: 'text_projection.weight',
    },
    block: {
      norm1: 'layer_norm1',
      qkvWeight: ['self_attn.q_proj.weight', 'self_attn.k_proj.weight', 'self_attn.v_proj.weight'],
      qkvBias: ['self_attn.q_proj.bias', 'self_attn.k_proj.bias', 'self_attn.v_proj.bias'],
      out: 'self_attn.out_proj',
      norm2: 'layer_norm2',
      mlpIn: 'mlp.fc1',
      mlpOut: 'mlp.fc2',
    },
    projectionTransposed: true,
  },
} as const satisfies Record<string, WeightNames>;
