import { test } from '@playwright/test';
import { Stack } from '../stack.js';

let stack;
test.beforeAll(async () => {
  stack = await Stack.start();
});
test.afterAll(() => stack?.stop());

test('look', async ({ page }) => {
  page.on('console', (m) => console.log('console', m.type(), m.text()));
  page.on('pageerror', (e) => console.log('pageerror', e));
  await page.setViewportSize({ width: 420, height: 720 });
  const { agent, channel } = await stack.desk({
    channel: {
      greeting: 'Hello! How can we help?',
      hours: 'Mon–Fri 9:00–18:00',
      open: true,
      faqs: [
        { id: '1', question: 'Where is my parcel?', answer: 'In **your account** under *Orders*.' },
        { id: '2', question: 'How do I return something?', answer: '' },
      ],
    },
  });
  await agent.online();
  await page.goto(`${stack.url}/chat/?channel=${channel}&lang=en`);
  await page.getByRole('button', { name: /Start a conversation/ }).waitFor();
  await page.screenshot({ path: '/tmp/panel-shots/home.png' });
  await page.getByRole('button', { name: /Start a conversation/ }).click();
  await page.getByRole('textbox').fill('Hello, I have a question about my order https://shop.example/orders/17.');
  await page.getByRole('textbox').press('Enter');
  await page.getByText('I have a question').first().waitFor();
  await page.waitForTimeout(1000);
  const [thread] = await agent.threads();
  await agent.say(thread.topic, 'Of course! Which order is it?');
  await agent.read(thread.topic);
  await page.getByText('Which order').first().waitFor();
  await agent.say(thread.topic, { name: 'Jade teapot, 300 ml', price: '¥ 268.00', countdownSeconds: 60 }, 'ORDER_CARD');
  await agent.type(thread.topic);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: '/tmp/panel-shots/thread.png' });
});
