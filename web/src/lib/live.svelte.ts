// What the page shows and the node knows: loaded now, and again after every notice that concerns it. Notices that
// arrive while a load is under way cause exactly one more. Made while a component is being set up, it stops with it.

import { untrack } from 'svelte';
import { on_notice } from './notices';
import type { Notice } from './call';
import { Refusal } from './call';

export class Again {
  #running = false;
  #wanted = false;
  #work: () => Promise<void>;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  async run(): Promise<void> {
    if (this.#running) {
      this.#wanted = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#wanted = false;
        await this.#work();
      } while (this.#wanted);
    } finally {
      this.#running = false;
    }
  }
}

export class Live<T> {
  value: T | undefined = $state.raw();
  problem: Refusal | null = $state.raw(null);
  #again: Again;

  constructor(load: () => Promise<T>, concerns: (notice: Notice) => boolean) {
    let stopped = false;
    this.#again = new Again(async () => {
      try {
        const value = await load();
        if (stopped) return;
        this.value = value;
        this.problem = null;
      } catch (error) {
        if (!stopped) this.problem = error instanceof Refusal ? error : new Refusal('internal');
      }
    });
    $effect(() => {
      stopped = false;
      const off = on_notice((notice) => {
        if (notice === null || concerns(notice)) void this.reload();
      });
      untrack(() => void this.reload());
      return () => {
        stopped = true;
        off();
      };
    });
  }

  reload(): Promise<void> {
    return this.#again.run();
  }
}

/** A notice of one of these kinds that is about this group, or about none in particular. */
export function about(group: string, ...kinds: Notice['notice'][]): (notice: Notice) => boolean {
  return (notice) => kinds.includes(notice.notice) && (!notice.group || notice.group === group);
}

/** Something she asked for: whether it is under way, and why it failed. Asking twice at once does it once. */
export class Action<A extends unknown[] = []> {
  busy = $state(false);
  problem: Refusal | null = $state.raw(null);
  #work: (...args: A) => Promise<void>;

  constructor(work: (...args: A) => Promise<void>) {
    this.#work = work;
  }

  run = async (...args: A): Promise<boolean> => {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await this.#work(...args);
      return true;
    } catch (error) {
      this.problem = error instanceof Refusal ? error : new Refusal('internal');
      return false;
    } finally {
      this.busy = false;
    }
  };
}
