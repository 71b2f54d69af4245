"""A built site in Chromium: nothing is wider than its column unless it scrolls, and the explorer answers to keys and to touch.
    python .ci/browser.py _docs [--shots FOLDER PAGE …]
Skipped with a word where there is no Chromium (or none at $CHROMIUM). It talks to it through a pipe and needs no driver."""
import base64, json, os, shutil, subprocess, sys, tempfile
from pathlib import Path

WIDE = '''(() => {
  const main = document.querySelector('main'), bad = []
  if (!main) return ['no main']
  const right = main.getBoundingClientRect().right + 1, scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
  for (const e of main.querySelectorAll('table, pre, img, svg')) {
    const box = e.getBoundingClientRect()
    if (!box.width || e.closest('details:not([open])')) continue
    let inside = e
    while (inside !== main && !scrolls(inside)) inside = inside.parentElement
    const kept = inside !== main && inside.getBoundingClientRect().right <= right
    if (!kept && (box.right > right || e.scrollWidth > e.clientWidth + 1 && e.matches('pre'))) bad.push(`${e.tagName.toLowerCase()} of ${Math.round(Math.max(box.width, e.scrollWidth))} px: ${e.textContent.trim().slice(0, 50)}`)
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) bad.push(`the page itself is ${document.documentElement.scrollWidth} px wide`)
  return bad
})()'''

class Chromium:
    "A browser without a window, and one page in it."
    def __init__(self, program):
        self.home = tempfile.mkdtemp()
        (r, to), (fro, w) = os.pipe(), os.pipe()
        line = f'exec "$0" --headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking --host-resolver-rules="MAP * ~NOTFOUND" --hide-scrollbars --user-data-dir={self.home} --remote-debugging-pipe 3<&{r} 4>&{w}'
        self.process = subprocess.Popen(['bash', '-c', line, program], pass_fds=(r, w), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(r); os.close(w)
        self.to, self.fro, self.n, self.seen, self.session = os.fdopen(to, 'wb', 0), os.fdopen(fro, 'rb'), 0, [], None
        target = self('Target.createTarget', url='about:blank')['targetId']
        self.session = self('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self('Page.enable')

    def read(self):
        part = b''
        while not part.endswith(b'\0'):
            if not (c := self.fro.read(1)): raise RuntimeError('Chromium went away')
            part += c
        return json.loads(part[:-1])

    def __call__(self, method, **params):
        self.n += 1
        message = dict(id=self.n, method=method, params=params) | (dict(sessionId=self.session) if self.session else {})
        self.to.write(json.dumps(message).encode() + b'\0')
        while (got := self.read()).get('id') != self.n: self.seen.append(got.get('method'))
        if 'error' in got: raise RuntimeError(f'{method}: {got["error"]}')
        return got['result']

    def open(self, path, width, dark=False, at='', height=900):
        self('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self('Emulation.setTouchEmulationEnabled', enabled=width < 600)
        self('Emulation.setEmulatedMedia', features=[dict(name='prefers-color-scheme', value='dark' if dark else 'light')])
        for url in ('about:blank', path.resolve().as_uri() + at): # or another place on the same page would not load it again
            self.seen.clear()
            self('Page.navigate', url=url)
            while 'Page.loadEventFired' not in self.seen: self.seen.append(self.read().get('method'))

    def ask(self, script):
        got = self('Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in got: raise RuntimeError(got['exceptionDetails'].get('exception', {}).get('description', script))
        return got['result'].get('value')

    def press(self, key, code): # of the keyboard
        for kind in ('keyDown', 'keyUp'): self('Input.dispatchKeyEvent', type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def touch(self, selector):
        self.ask(f'document.querySelector({json.dumps(selector)}).scrollIntoView({{block: "center", behavior: "instant"}}); new Promise(r => setTimeout(r, 300))')
        x, y = self.ask(f'(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); return [b.x + b.width/2, b.y + b.height/2] }})()')
        self('Input.dispatchTouchEvent', type='touchStart', touchPoints=[dict(x=x, y=y)])
        self('Input.dispatchTouchEvent', type='touchEnd', touchPoints=[])
        return self.ask('new Promise(r => setTimeout(r, 300))')

    def close(self):
        self.process.terminate(); self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

def explorer(browser, page):
    "What the explorer does wrong."
    bars = 'document.querySelector("#vs2-explorer .bars").textContent'
    loaded = 'new Promise(r => { const t = setInterval(() => document.querySelector("#vs2-explorer .bars") && (clearInterval(t), r(true)), 50); setTimeout(() => r(false), 20000) })'
    for width in (1440, 390):
        browser.open(page, width)
        browser.touch('#vs2-explorer .start') if width < 600 else browser.ask('document.querySelector("#vs2-explorer .start").click()')
        if not browser.ask(loaded): yield f'{width} px: it did not start'; continue
        first = browser.ask(bars)
        browser.ask('document.querySelector("#vs2-alpha").focus()')
        for _ in range(10): browser.press('ArrowRight', 39)
        if (second := browser.ask(bars)) == first: yield f'{width} px: the arrow key moves alpha and no bar changes'
        label = '#vs2-explorer .latent input'
        if width < 600: browser.touch(label)
        else: browser.ask(f'document.querySelector("{label}").focus()'); browser.press(' ', 32)
        if browser.ask('document.querySelector("#vs2-explorer .latent input").checked'): yield f'{width} px: a latent cannot be switched off'
        browser.ask('[...document.querySelectorAll("#vs2-explorer input[name=method]")].find(e => e.value === "centroid").click()')
        if browser.ask(bars) == second: yield f'{width} px: another method gives the same bars'
        browser.ask('[...document.querySelectorAll("#vs2-explorer input[name=set]")].find(e => e.value === "digits").click()')
        if 'three' not in browser.ask('document.querySelector("#vs2-explorer").textContent'): yield f'{width} px: the digits do not come'
        yield from (f'{width} px: {w}' for w in browser.ask(WIDE))

if __name__ == '__main__':
    program = os.environ.get('CHROMIUM') or shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if not program: sys.exit(print('no Chromium here: widths and the explorer are not looked at'))
    site, rest = Path(sys.argv[1]), sys.argv[2:]
    browser = Chromium(program)
    try:
        if rest[:1] == ['--shots']:
            for name in rest[2:]:
                for width in (1440, 390):
                    for dark in (False, True):
                        browser.open(site/f'{name}.html', width, dark, '#go')
                        browser.ask('new Promise(r => setTimeout(r, 1500))')
                        shot = browser('Page.captureScreenshot', format='png', captureBeyondViewport=True, clip=dict(x=0, y=0, width=width, height=1600, scale=1))
                        (Path(rest[1])/f'{name.replace("/", "_")}-{width}{"-dark" if dark else ""}.png').write_bytes(base64.b64decode(shot['data']))
            sys.exit()
        pages, bad = sorted(site.rglob('*.html')), []
        for page in pages:
            for width in (1440, 390):
                browser.open(page, width)
                bad += [f'{page.relative_to(site)}, {width} px: {w}' for w in browser.ask(WIDE)]
        bad += [f'explorer, {e}' for e in explorer(browser, site/'explorer.html')]
    finally: browser.close()
    print(f'{len(pages)} pages in Chromium, {len(bad)} faults')
    sys.exit('\n'.join(bad) if bad else 0)
