import { ref, watch } from 'vue';

const KEY = 'fengsui.keys';

/** Whether single keys act on this screen: a choice that stays with it (WCAG 2.2, 2.1.4). */
export const areKeysOn = ref(localStorage.getItem(KEY) !== 'off');
watch(areKeysOn, (isOn) => localStorage.setItem(KEY, isOn ? 'on' : 'off'));
