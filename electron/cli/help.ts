// What `loupe --help` says.
// Runs in Node (command line).

const MODEL = `Model options
  --model <pack id | folder>    default: loupe-mini
  --method base|sdp|sdp+        default: what the pack recommends
  --head <file>                 SDP+ head (.safetensors, or the authors' .pt); implies --method sdp+
  --tap official|clean          default: what the pack recommends
  --rvs dbscan|mean|pca|kde|mean_shift
  --rvs-profile default|visa    parameters of dbscan; visa for data in the layout of VisA
  --sigma <pixels>              Gaussian at model size; 0 = none
  --image-size <pixels>         side of the square that photographs are resized to; a multiple of the patch size
  --tiles <N>[,<N>...]          also inspects overlapping tiles N times enlarged, for small defects; 2 runs the network
                                9 times more per photograph, 4 runs it 25 times more; 1 = no tiles
  --calibration <file>          what "loupe calibrate" has written for these parts, instead of the pack's
  --text-features <file>        float32 .npy [2, D] (rows: normal, abnormal) instead of encoding the words
  --device auto|cpu|dml|cuda|webgpu|coreml
                                default: auto, the fastest that gives the numbers of the processor (loupe device list)
  --precision fp32|int8         int8: 8-bit weights on the processor, made from the pack and compared with fp32 before they
                                are used; about twice as fast (docs/performance.md)
  --threads <N>                 default: the physical cores`;

const COMMON = `  --json                        JSON Lines on standard output and nothing else there
  --verbose                     show where an error comes from`;

const EXIT_CODES = `Exit codes
  0 all done   2 wrong usage   3 finished, but some photographs failed   4 model or head unusable
  5 data or history unusable, or a result not written   1 a fault of Loupe itself
  130 stopped by Ctrl-C   141 standard output was closed`;

export const HELP: Readonly<Record<string, string>> = {
  '': `Loupe: zero-shot visual inspection of photographs of parts (CLIP-AD), offline

Usage
  loupe inspect <file|folder>... --product "<words>"    score photographs
  loupe evaluate <root>                                 measure on a data set in the layout of MVTec or VisA
  loupe train-head <root>... --out <head.safetensors>   train an SDP+ head on labelled photographs
  loupe calibrate <folder> --out <file>                 propose the scale of the score and two thresholds
  loupe model list                                      show the model packs
  loupe model verify [<pack>...]                        check a pack's files, hashes, weights and numbers
  loupe model import <checkpoint> --out <folder>        make a pack of a CLIP checkpoint
  loupe model fetch [<name>]                            download a well-known checkpoint and make a pack of it
  loupe model seal <pack folder>                        for makers of packs: renew its self-test and its hashes
  loupe device list|test|reset|install                  where models run on this computer, and why
  loupe history <action>                                check, keep, compare, report what was inspected and judged
  loupe bench                                           how fast this computer inspects
  loupe doctor                                          check data folder, database, model and device; support bundle
  loupe update check <folder>                           is the update in this folder signed, whole and for this computer?
  loupe <command> --help                                all options of a command
  loupe --version

${EXIT_CODES}

Packs are looked for in the folders of LOUPE_PACKS, in ~/.loupe/packs, then beside the program.`,

  inspect: `loupe inspect <file|folder>... --product "<words>" [options]
loupe inspect <file|folder>... --recipe <file> [options]

Scores photographs of parts: 0 = nothing suspicious, 1 = clearly damaged. Folders are searched with all their
subfolders, except for those with the name ground_truth (masks).

Options
  --product "<words>"           what the part is, for example "metal nut"
  --product-from-folder         several products in one run: the words are the name of the first folder on the way
  --recipe <file>               a recipe exported by the workstation: it brings words, model, method, scale, thresholds and
                                inspection area; only --tiles, --image-size, --device, --precision and --threads go with
                                it, and --head with --calibration where it uses a trained head
  --maps <folder>               writes <relative path without extension>.npy: float32 [H, W], the smoothed heat
  --overlays <folder>           writes <relative path without extension>.png: the heat on the photograph
${COMMON}

${MODEL}

${EXIT_CODES}`,

  evaluate: `loupe evaluate <root> [options]

Measures on <category>/test/good, <category>/test/<defect> and <category>/ground_truth/<defect>/<name>_mask.png; the root
may be one category. A folder with split_csv/1cls.csv is read as VisA. The words for a category are the name of its folder.

Options
  --category <name>             only this category; may be given several times
  --product "<words>"           these words for every category
  --score official|online       official = minmax + minmax over the category (default), online = the calibrated score
  --compare                     also measures plain CLIP and window scoring as in WinCLIP, with the same weights
  --report <file>               writes a page (.html: tables, published rows, curves, examples) or a table (.csv)
${COMMON}

${MODEL}

${EXIT_CODES}`,

  'train-head': `loupe train-head <root>... --out <head.safetensors> [options]

Trains the layers of SDP+ on photographs with masks, in the layout of MVTec or VisA; CLIP itself stays as it is. Stopped by
Ctrl-C or killed, the same command goes on where it was. A record of the training is written beside the head.

Options
  --category <name>             only this category; may be given several times
  --product "<words>"           these words for every category, instead of the names of the folders
  --epochs 5 --lr 1e-4 --batch 8 --seed 42
  --no-shuffle                  category after category, as the paper trains
  --flip                        half of the photographs mirrored left to right; not where parts have a direction
  --validation <share>          keep this share aside, for example 0.2, and take the best epoch
  --patience <epochs>           stop when so many epochs were no better; needs --validation
  --from <head>                 begin with this head
  --restart                     begin anew instead of continuing
  --cache <folder>              where the features of the photographs are kept; default: beside the other caches
  --cache-limit <GB>            what they may take; default: 20
${COMMON}

Model options
  --model, --tap, --rvs, --rvs-profile, --image-size, --text-features, --device, --threads as for inspect

${EXIT_CODES}`,

  calibrate: `loupe calibrate <file|folder>... --product "<words>" --out <file.json> [options]

Inspects known parts and proposes the ranges of the score and two thresholds, with the rates of flawless parts rejected and of
defective parts passed that they are to be expected to make, and 95 % intervals. The folders hold flawless parts; one folder
with test/good and test/<defect> is read as a category of MVTec.

Options
  --defects <folder>            defective parts; may be given several times. Without any, escapes are unknown
  --false-reject <share>        flawless parts that may be rejected; default: 0.01
  --escape <share>              defective parts that may pass as good; default: 0.02
  --review <share>              without defective parts: flawless ones that go to review; default: 0.1
${COMMON}

${MODEL}

${EXIT_CODES}`,

  model: `loupe model list
loupe model verify [<pack id | folder>...]               default: loupe-mini
loupe model import <file | folder> --out <pack folder>
loupe model fetch [<name>]                               without a name: what there is
loupe model seal <pack id | folder>                      after its files were changed: computes the stored self-test anew
                                                         and writes sizes and hashes into pack.json

Options of verify
  --device, --threads           where the self-test runs, as for inspect
  --precision int8              also compares int8 with fp32 on this processor, and says what it loses

Options of import
  --config <file>               open_clip or Hugging Face configuration; one beside the checkpoint is found by itself
  --tokenizer <file>            list of merges; one beside the checkpoint is found by itself
  --activation gelu|quick_gelu  where no configuration tells
  --id, --title, --licence, --source-url <text>

Options of fetch (the only command that uses the network)
  --out <pack folder>           default: <first folder of LOUPE_PACKS, else ~/.loupe/packs>/<name>
  --mirror <address>            a server that has the files under their names; else LOUPE_MIRROR, else "mirror" of
                                settings.json (~/.config/loupe, /etc/loupe; %APPDATA%\\Loupe, %ProgramData%\\Loupe)
  --keep                        keeps the downloaded files beside the pack

Options
${COMMON}

${EXIT_CODES}`,

  bench: `loupe bench [options]

How fast this computer inspects: from the start to the session and to the first score, one photograph alone with its stages, and
photographs per second one after the other, also as a share of what the network alone could do. On photographs that are drawn
for it. Close what else is running: other work takes its share of the processor.

Options
  --photographs <N>             default: 24; twice as many are inspected, and two before them
  --megapixels <N>              their size; default: 5
  --product "<words>"           default: part
${COMMON}

${MODEL}

${EXIT_CODES}`,

  device: `loupe device list                         what there is, and what was found out about it
loupe device test [<pack id | folder>...]         tries every device again; default: loupe-mini
loupe device reset                                forgets it: everything is tried again with the next run
loupe device install cuda <folder>                copies ONNX Runtime's CUDA provider from a local folder (Linux, x64)

A device is taken when it starts, gives the numbers of the processor and is faster than it with this model. The choice is kept
for each computer and model, and made again when the model, the program or a graphics driver changes.

The folder for cuda holds libonnxruntime_providers_shared.so and libonnxruntime_providers_cuda.so of this version of ONNX
Runtime; NVIDIA's libraries (libcudart, libcublas, libcudnn ...) are taken along where they lie beside them.

Options
  --threads <N>                 of the processor, for test
${COMMON}

${EXIT_CODES}`,

  history: `loupe history verify [--code <chain code>]        check every link of the chain; --code: a printed one of old
loupe history verify --images [selection]          the same, then every photograph that is still there against its hash
loupe history info [--part <number>]               chain code, disk use, backups; --part: everything that explains a part
loupe history users [--reset-pin "<name>"]         who is set up; --reset-pin: a new PIN by chance, noted in the history
loupe history backup <folder> [--keep <N>]         default: the newest 14 of this history stay
loupe history restore <backup> [--yes]             without --yes: shows what would be lost and changes nothing
loupe history export <file.csv|.jsonl|.html> [selection] [--format csv|jsonl|html] [--pictures <N>]
loupe history stats [selection]
loupe history rejudge <run> --recipe <name> [--version <N>] | --review <x> --reject <x>
                                                   what another recipe or other thresholds would say, from what was kept
loupe history compare <run> <run>                  two runs photograph by photograph, by hash or path
loupe history retain [--dry-run] [--days <N>] [--max-gb <N>] [--keep-thumbnails] [--archive <folder>]
                                                   lets maps and thumbnails go, by this or by the rule that was set in the
                                                   window; never rows, verdicts or photographs
loupe history challenge list                       known parts that a recipe has to tell right, and how it did last
loupe history challenge create "<name>" --recipe <name> --folder <folder> | --list <file> | --run <number> [--part <number>...]
                     [--daily] [--review-counts]   a folder with "good" and folders of defects; a list of lines "ok <path>"
                                                   and "ng <path>"; or what people said of a run. --review-counts: a part
                                                   that goes to review counts as told right
loupe history challenge run <number> [--device <name>]
                                                   the ordinary inspection by the recipe's newest version; ends with 0 when
                                                   all are told right, else with 3
loupe history challenge certificate <result> <file.html>
loupe history challenge change <number> [--daily | --not-daily] [--give-up | --take-up]

Verify, info, users, backup, export, stats, compare, retain --dry-run, challenge list and certificate read beside a running
Loupe; whatever is noted in the history (restore, rejudge, retain, --reset-pin, the other challenges) wants it closed. What a
restore replaces is kept in history/replaced-<time>.

Selection (default: everything)
  --run <number>                may be given several times
  --lot <name>, --recipe <name>
  --from, --to <time>           when the run was created, UTC: 2026-11-23 or 2026-11-23T07:30; --to is not included
  --by run|lot|recipe|day       how the summary groups; default: run

Options
  --data <folder>               the data folder; default: LOUPE_DATA, else that of the workstation
  --pictures <N>                heat maps in an .html report; default: 60
${COMMON}

${EXIT_CODES}`,

  doctor: `loupe doctor [options]

The checks of the diagnostics page, without a window and beside a running Loupe: rules of the IT department, data folder, disk,
database, hashes of the model pack and its numbers on the device, logs, crash dumps. Ends with the exit code of the first
check that failed.

Options
  --data <folder>               the data folder; default: LOUPE_DATA, else that of the workstation
  --model <pack id | folder>    default: loupe-mini
  --device auto|cpu|dml|cuda|webgpu|coreml
  --report <file.txt>           writes the report
  --bundle <file.zip>           writes a support bundle: logs, report, settings; never photographs or maps
${COMMON}

${EXIT_CODES}`,

  update: `loupe update check <folder> [options]

Checks the release in a folder or on a stick: the signature of its list, the installer for this computer, and whether it can
read the history. Starts nothing; the workstation does under Help, Diagnostics. No network is asked.

Options
  --data <folder>               the data folder; default: LOUPE_DATA, else that of the workstation
${COMMON}

${EXIT_CODES}`,
};
