import { parentPort, workerData } from 'node:worker_threads';
import { attacks } from './attacks.ts';
import { groundAt, type Place } from './ground.ts';

/** One attack, in a thread of its own: what it takes of the machine must not be the innocent's own process. */
const { name, place, seconds } = workerData as {
  readonly name: string;
  readonly place: Place;
  readonly seconds: number;
};
const attack = attacks.find((one) => one.name === name);
if (!attack) throw new Error(`There is no attack ${name}.`);
parentPort?.postMessage(await attack.run(groundAt(place), seconds));
