import { defineStore } from 'pinia';
import { ref } from 'vue';

const KEPT_AS = 'fengsui.patrol.taken';
const TAKEN_MAX = 50;

/** Alarms that were accepted on this phone: nobody dispatched them to me, and yet they are mine. */
export const useTaken = defineStore('patrol-taken', () => {
  const ids = ref<readonly string[]>((sessionStorage.getItem(KEPT_AS) ?? '').split(',').filter((id) => id !== ''));

  function add(id: string): void {
    ids.value = [...ids.value.filter((one) => one !== id), id].slice(-TAKEN_MAX);
    sessionStorage.setItem(KEPT_AS, ids.value.join(','));
  }
  return { ids, add };
});
