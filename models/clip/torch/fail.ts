// How the readers of torch files refuse: one function that knows the file's name and never returns.
// Runs anywhere (types only).

/** Throws `weights.invalid` with this reason. */
export type Fail = (reason: string) => never;
