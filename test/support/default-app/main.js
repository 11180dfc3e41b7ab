// What `electron <folder>` starts when the runtime has no application of its own: loads the one in the folder.
// Runs in Electron's main process, from resources/default_app.asar of the test runtime.
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
const { name, version, main } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
app.setName(name);
app.setVersion(version);
app.setAppPath(folder);
// Awaited at the top level: Electron holds `ready` back until the application has had its say.
await import(pathToFileURL(resolve(folder, main)).href);
