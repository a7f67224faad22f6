import './styles/tokens.css';
import './styles/base.css';
import './severity/severity.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { fetchWords, i18n } from './i18n/i18n.ts';
import { createConsoleRouter } from './router.ts';
import { watchMissingParts } from './shell/missing-parts.ts';

const app = createApp(App);
app.use(createPinia());
app.use(i18n);
const router = createConsoleRouter();
watchMissingParts(router);
app.use(router);
// Without its own words the page is there in Chinese.
const show = (): unknown => app.mount('#app');
void fetchWords().then(show, show);
