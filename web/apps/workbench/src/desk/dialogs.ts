// Which dialog is open; anybody may ask for one, by a button, a key or a command.

import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

/** The dialogs that are asked for from several places. */
export type DialogName = 'transfer' | 'invite' | 'block' | 'card' | 'commands' | 'keys' | 'leave-seat';

/** The dialog in front. */
export const useDialogs = defineStore('dialogs', () => {
  const shown = ref<DialogName | null>(null);
  return {
    shown,
    show: (name: DialogName) => (shown.value = name),
    /** For `v-model:open` of one dialog. */
    opened: (name: DialogName) =>
      computed({
        get: () => shown.value === name,
        set: (open: boolean) => {
          if (open) {
            shown.value = name;
          } else if (shown.value === name) {
            shown.value = null;
          }
        },
      }),
  };
});
