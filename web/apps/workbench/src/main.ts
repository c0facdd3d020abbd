import '@deskwire/tokens/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/inbox.css';
import './styles/thread.css';
import './styles/composer.css';
import './styles/context.css';
import './styles/pages.css';
import './styles/narrow.css';
import { createPinia } from 'pinia';
import { createApp, watch } from 'vue';
import App from './App.vue';
import { tellMissing } from './desk/parts.js';
import { usePreferences } from './desk/preferences.js';
import { router } from './routes.js';
import { speak } from './texts/words.js';

router.onError(tellMissing);
const app = createApp(App).use(createPinia()).use(router);
const { choices } = usePreferences();
watch(
  () => choices.language,
  (language) => void speak(language).catch(tellMissing),
);
void speak(choices.language).then(() => app.mount('#workbench'));
