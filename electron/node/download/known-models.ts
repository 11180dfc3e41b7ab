// The checkpoints that `loupe model fetch` knows by name: where they are published, their hashes, licences and configs.
// Runs anywhere (pure data). Nothing here is downloaded unless somebody asks for it by name.
import type { Activation } from '../../../models/clip/architecture.ts';

/** A file on the internet. The address was read in the sources of the projects that publish it. */
export interface RemoteFile {
  readonly url: string;
  /** Its name on a mirror and on the disk. */
  readonly name: string;
  /** SHA-256 in lower-case hexadecimal, whole or, where the publisher gives no more, the beginning of it. */
  readonly sha256: string;
  /** Size in bytes where it is known. */
  readonly bytes?: number;
}

export interface KnownModel {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  /** The page that describes it. */
  readonly source: string;
  /** One of the configs that the import knows by name. */
  readonly config: string;
  readonly activation: Activation;
  readonly checkpoint: RemoteFile;
  readonly tokenizer: RemoteFile;
}

/** OpenAI's list of merges, which all of these models use. */
const TOKENIZER: RemoteFile = {
  url: 'https://github.com/openai/CLIP/raw/main/clip/bpe_simple_vocab_16e6.txt.gz',
  name: 'bpe_simple_vocab_16e6.txt.gz',
  sha256: '924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a',
  bytes: 1356917,
};

const OPENAI = 'https://openaipublic.azureedge.net/clip/models';
const OPEN_CLIP = 'https://github.com/mlfoundations/open_clip/releases/download/v0.2-weights';

const openAi = (name: string, config: string, file: string, sha256: string): KnownModel => ({
  name,
  title: `OpenAI CLIP ${config}`,
  licence: 'MIT',
  source: 'https://github.com/openai/CLIP',
  config: `${config}-quickgelu`,
  activation: 'quick_gelu',
  checkpoint: { url: `${OPENAI}/${sha256}/${file}`, name: file, sha256 },
  tokenizer: TOKENIZER,
});

const laion = (name: string, config: string, file: string, sha256: string): KnownModel => ({
  name,
  title: `open_clip ${config}, LAION-400M`,
  licence: 'MIT',
  source: 'https://github.com/mlfoundations/open_clip',
  config,
  activation: 'gelu',
  checkpoint: { url: `${OPEN_CLIP}/${file}`, name: file, sha256 },
  tokenizer: TOKENIZER,
});

export const KNOWN_MODELS: readonly KnownModel[] = [
  laion(
    'vit-b-16-plus-240',
    'ViT-B-16-plus-240',
    'vit_b_16_plus_240-laion400m_e31-8fb26589.pt',
    '8fb26589b9a8bab2e7a683d280e48df89b8e742f3a82132707282620b36facba',
  ),
  laion('vit-b-16-laion400m', 'ViT-B-16', 'vit_b_16-laion400m_e31-00efa78f.pt', '00efa78f'),
  laion('vit-l-14-laion400m', 'ViT-L-14', 'vit_l_14-laion400m_e31-69988bb6.pt', '69988bb6'),
  openAi(
    'vit-b-16-openai',
    'ViT-B-16',
    'ViT-B-16.pt',
    '5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f',
  ),
  openAi(
    'vit-l-14-openai',
    'ViT-L-14',
    'ViT-L-14.pt',
    'b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836',
  ),
  openAi(
    'vit-l-14-336-openai',
    'ViT-L-14-336',
    'ViT-L-14-336px.pt',
    '3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02',
  ),
];
