import { ref, watch } from 'vue';

const KEY = 'fengsui.poor-network';

/** Whether the person at this screen asked for the way for poor networks (弱网); kept on this machine. */
export const isNetworkPoor = ref(localStorage.getItem(KEY) === 'yes');
watch(isNetworkPoor, (isPoor) => localStorage.setItem(KEY, isPoor ? 'yes' : 'no'));
