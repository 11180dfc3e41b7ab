// A run whose device gives up in the middle: what is scored elsewhere is recorded with the device that scored it.
// Runs in the tests (Node, no service processes).
import { expect, it } from 'vitest';
import type { Run } from '../../electron/common/domain.ts';
import type { PartOutcome } from '../../electron/common/history-service.ts';
import type { SessionInfo } from '../../electron/common/inference-service.ts';
import { RunController, type Photograph } from '../../electron/node/run-controller.ts';
import { FakeHistory, FakeInference, RESULT } from '../support/fake-services.ts';

const COUNT = 12;
const MOVES_AT = 5;

it('begins again on the other device, between the last outcome of the one and the first of the other', async () => {
  const inference = new FakeInference();
  const history = new FakeHistory();
  const devices: string[] = [];
  const recorded: { device: string; by: string | undefined }[] = [];
  const request = history.request.bind(history);
  history.request = (name, args) => {
    if (name === 'run.begin') devices.push((args as { session: SessionInfo }).session.device);
    if (name === 'results.record')
      for (const outcome of (args as { outcomes: PartOutcome[] }).outcomes)
        recorded.push({ device: devices.at(-1)!, by: outcome.ok ? outcome.result.device : undefined });
    return request(name, args);
  };
  const seen = (i: number): string => (i < MOVES_AT ? 'CPU' : 'webgpu');
  let answerLate: () => void = () => undefined;
  const late = new Promise<void>((done) => (answerLate = done));
  for (let i = 0; i < COUNT; i++) {
    const result = { ...RESULT, device: seen(i) };
    inference.script.set(`/in/${i}.png`, async () => {
      // The last one of the first device comes back after the first one of the second.
      if (i === MOVES_AT - 1) await late;
      if (i === MOVES_AT + 1) answerLate();
      return result;
    });
  }
  async function* photographs(): AsyncGenerator<Photograph> {
    for (let i = 0; i < COUNT; i++)
      yield await Promise.resolve({ path: `/in/${i}.png`, relative: `${i}.png`, bytes: 10 });
  }
  const run = await new Promise<Run>((ended) => {
    const runs = new RunController({
      ...{ inference, history, packFolder: '/pack', dataFolder: '/data', scan: photographs },
      findPack: (packId) => Promise.resolve(packId),
      emit: (event, payload) => {
        if (event === 'run.changed' && (payload as Run).state === 'done') ended(payload as Run);
      },
    });
    void runs.start({ inputs: ['/in'], product: 'nut' });
  });
  expect(run).toMatchObject({ state: 'done', scored: COUNT, failed: 0 });
  expect(devices[0]).toBe('CPU');
  expect(new Set(devices)).toEqual(new Set(['CPU', 'webgpu']));
  expect(recorded).toHaveLength(COUNT);
  for (const { device, by } of recorded) expect(by).toBe(device);
  expect(inference.options[0]).toMatchObject({
    deviceFile: expect.stringContaining('devices.json') as string,
  });
});
