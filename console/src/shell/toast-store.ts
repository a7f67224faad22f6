import { defineStore } from 'pinia';
import { ref } from 'vue';

const SHOWN_MS = 5_000;

/** One line that says what was just done; the next one replaces it. */
export const useToast = defineStore('toast', () => {
  const text = ref('');
  let timer: ReturnType<typeof setTimeout> | undefined;

  function say(words: string): void {
    clearTimeout(timer);
    text.value = words;
    timer = setTimeout(() => {
      text.value = '';
    }, SHOWN_MS);
  }
  return { text, say };
});
