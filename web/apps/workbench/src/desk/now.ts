// The server's time, a second at a time, for whoever shows how long something takes.

import { onScopeDispose, readonly, ref, type Ref } from 'vue';
import { client } from './client.js';

const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since 1970 by the server's clock; runs while anybody looks. */
export function useNow(): Readonly<Ref<number>> {
  users += 1;
  now.value = Date.now() + client.clockOffsetMs;
  timer ??= setInterval(() => (now.value = Date.now() + client.clockOffsetMs), 1000);
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  });
  return readonly(now);
}
