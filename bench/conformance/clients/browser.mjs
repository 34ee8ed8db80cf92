// The EventSource of a browser, in a page of the stream's own origin; comes back by itself.

import {createRequire} from 'node:module'

const {chromium} = createRequire(process.env.PORTAL_PACKAGE)('playwright-core')
const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--no-sandbox']})
const page = await browser.newPage()
const over = new Promise((resolve) => {
  page.on('console', (message) => {
    const line = message.text()
    if (!line.startsWith('{"event"')) return
    process.stdout.write(line + '\n')
    if (JSON.parse(line).event === 'done') resolve()
  })
})
await page.goto(new URL('/', process.env.STREAM_URL).href)
await over
await browser.close()
