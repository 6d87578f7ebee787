/** The installed browser, told not to call home. */

const SWITCHED_OFF = ['background-networking', 'component-update', 'sync', 'gpu', 'quic', 'lcd-text'];

export const QUIET_BROWSER = {
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--no-first-run', ...SWITCHED_OFF.map((part) => `--disable-${part}`)],
};
