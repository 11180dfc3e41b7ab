// What `loupe --help` says.
// Runs in Node (command line).

const MODEL = `Model options
  --model <pack id | folder>    default: loupe-mini
  --method base|sdp|sdp+        default: what the pack recommends
  --head <file>                 SDP+ head (.safetensors); implies --method sdp+
  --tap official|clean          default: what the pack recommends
  --rvs dbscan|mean|pca|kde|mean_shift
  --sigma <pixels>              Gaussian at model size; 0 = none
  --text-features <file>        float32 .npy [2, D] (rows: normal, abnormal) instead of encoding the words
  --device auto|cpu|dml|cuda|webgpu|coreml
  --precision fp32
  --threads <N>                 default: the physical cores`;

const COMMON = `  --json                        JSON Lines on standard output and nothing else there
  --verbose                     show where an error comes from`;

const EXIT_CODES = `Exit codes
  0 all done   2 wrong usage   3 finished, but some photographs failed   4 model or head unusable
  5 data unusable   130 stopped by Ctrl-C`;

export const HELP: Readonly<Record<string, string>> = {
  '': `Loupe: zero-shot visual inspection of photographs of parts (CLIP-AD), offline

Usage
  loupe inspect <file|folder>... --product "<words>"    score photographs
  loupe evaluate <root>                                 measure on a data set in the layout of MVTec
  loupe model list                                      show the model packs
  loupe model verify [<pack>...]                        check a pack's files, hashes and weights
  loupe model import <checkpoint> --out <folder>        make a pack of a CLIP checkpoint
  loupe <command> --help

${EXIT_CODES}

Packs are looked for in the folders of LOUPE_PACKS, then beside the program.`,

  inspect: `loupe inspect <file|folder>... --product "<words>" [options]

Scores photographs of parts: 0 = nothing suspicious, 1 = clearly damaged. Folders are searched with all their
subfolders.

Options
  --product "<words>"           what the part is, for example "metal nut"
  --maps <folder>               writes <relative path without extension>.npy: float32 [H, W], the smoothed heat
  --overlays <folder>           writes <relative path without extension>.png: the heat on the photograph
${COMMON}

${MODEL}

${EXIT_CODES}`,

  evaluate: `loupe evaluate <root> [options]

Measures on <category>/test/good, <category>/test/<defect> and <category>/ground_truth/<defect>/<name>_mask.png; the root
may be one category. The words for a category are the name of its folder.

Options
  --category <name>             only this category; may be given several times
  --product "<words>"           these words for every category
  --score official|online       official = minmax + minmax over the category (default), online = the calibrated score
  --report <file>               writes the table as .csv or .html
${COMMON}

${MODEL}

${EXIT_CODES}`,

  model: `loupe model list
loupe model verify [<pack id | folder>...]               default: loupe-mini
loupe model import <file | folder> --out <pack folder>

Options of import
  --config <file>               open_clip or Hugging Face configuration; one beside the checkpoint is found by itself
  --tokenizer <file>            list of merges; one beside the checkpoint is found by itself
  --activation gelu|quick_gelu  where no configuration tells
  --id, --title, --licence, --source-url <text>

Options
${COMMON}

${EXIT_CODES}`,
};
