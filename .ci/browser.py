"""A built site in Chromium, driven by Playwright: nothing is wider than its column unless it scrolls, the explorer answers to keys and
to touch, and axe-core finds nothing serious on the pages that people open first.
    python .ci/browser.py _docs [--shots FOLDER PAGE …]
Skipped with a word where there is no Playwright (pip install -e ".[browser]") or no Chromium (at $CHROMIUM or on the path);
axe alone where npm does not bring it."""
import hashlib, os, shutil, subprocess, sys, tempfile
from contextlib import contextmanager
from pathlib import Path

AXE = 'axe-core@4.14.1', '29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c' # and the sha256 of its axe.min.js
READ = 'index', 'results', 'tour', 'method/steering', 'explorer', 'experiments/f3_alpha', 'method/sae' # by axe
COLOURS = ['color-contrast', 'link-in-text-block'] # axe's rules for them
SIZES = 1440, 390

WIDE = '''() => {
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
}'''
SERIOUS = '''async rules => (await axe.run({resultTypes: ['violations'], ...(rules && {runOnly: rules})})).violations.filter(v => ['serious', 'critical'].includes(v.impact))
  .map(v => `${v.id} (${v.nodes.length}): ${v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 80)).join(' | ')}`)'''

@contextmanager
def chromium():
    "A browser without a window that reaches this machine only."
    try: from playwright.sync_api import sync_playwright
    except ImportError: sys.exit(print('no Playwright here (pip install -e ".[browser]"): nothing is looked at in a browser'))
    program = os.environ.get('CHROMIUM') or next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
    if not program: sys.exit(print('no Chromium here: nothing is looked at in a browser'))
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=program, args=['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'])
        try: yield browser
        finally: browser.close()

def tab(browser, width, dark=False, height=900):
    "An empty page of that width; below 600 px it is a telephone's."
    small = width < 600
    context = browser.new_context(viewport=dict(width=width, height=height), has_touch=small, is_mobile=small, color_scheme='dark' if dark else 'light')
    context.set_default_timeout(300_000) # a machine that is busy is slow and not at fault
    return context.new_page()

def too_wide(browser, site, pages):
    "What is wider than its column; a page is loaded once and its window made narrow."
    page = tab(browser, SIZES[0])
    for path in pages:
        page.set_viewport_size(dict(width=SIZES[0], height=900))
        page.goto(path.as_uri())
        for width in SIZES:
            page.set_viewport_size(dict(width=width, height=900))
            yield from (f'{path.relative_to(site)}, {width} px: {w}' for w in page.evaluate(WIDE))
    page.context.close()

def explorer(browser, path):
    "What the explorer does wrong."
    from playwright.sync_api import Locator
    for width in SIZES:
        page = tab(browser, width)
        page.goto(path.as_uri())
        press = Locator.tap if width < 600 else Locator.click
        box = page.locator('#vs2-explorer')
        bars, latent = box.locator('.bars'), box.locator('.latent input').first
        press(box.locator('.start'))
        first = bars.text_content()                           # waits until it is there
        for _ in range(10): page.locator('#vs2-alpha').press('ArrowRight')
        if (second := bars.text_content()) == first: yield f'{width} px: the arrow key moves alpha and no bar changes'
        latent.tap() if width < 600 else latent.press('Space')
        if latent.is_checked(): yield f'{width} px: a latent cannot be switched off'
        if bars.text_content() == second: yield f'{width} px: a latent is off and no bar changes'
        before = bars.text_content()
        press(box.get_by_label('centroid'))
        if bars.text_content() == before: yield f'{width} px: another method gives the same bars'
        press(box.get_by_label('handwritten digits'))
        if 'three' not in box.text_content(): yield f'{width} px: the digits do not come'
        yield from (f'{width} px: {w}' for w in page.evaluate(WIDE))
        page.context.close()

def fetch_axe(home):
    "The text of axe.min.js from npm, or None with a word."
    name, sha = AXE
    try:
        subprocess.run(['npm', 'pack', '--silent', name], cwd=home, check=True, capture_output=True, timeout=60)
        subprocess.run(['tar', 'xzf', next(Path(home).glob('*.tgz'))], cwd=home, check=True)
        text = (Path(home)/'package/axe.min.js').read_bytes()
    except (OSError, subprocess.SubprocessError) as e: return print(f'{name} does not come from npm, it is not run: {type(e).__name__}')
    if hashlib.sha256(text).hexdigest() != sha: return print(f'{name} from npm has another sha256, it is not run')
    return text.decode()

def serious(browser, site, names=READ):
    "What axe calls serious or critical, at each width; of the dark theme only its colours differ."
    with tempfile.TemporaryDirectory() as home: script = fetch_axe(home)
    for width in SIZES if script else ():
        for dark in (False, True):
            page = tab(browser, width, dark)
            for name in names:
                page.goto((site/f'{name}.html').as_uri() + '#go')   # which starts the explorer
                if name == 'explorer': page.locator('#vs2-explorer .bars').wait_for()
                page.evaluate(script)
                yield from (f'{name}, {width} px{", dark" if dark else ""}: axe {v}' for v in page.evaluate(SERIOUS, COLOURS if dark else None))
            page.context.close()

def shots(browser, site, folder, names):
    for name in names:
        for width in SIZES:
            for dark in (False, True):
                page = tab(browser, width, dark, height=1600)
                page.goto((site/f'{name}.html').as_uri() + '#go')
                page.wait_for_timeout(1500)
                page.screenshot(path=Path(folder)/f'{name.replace("/", "_")}-{width}{"-dark" if dark else ""}.png')
                page.context.close()

if __name__ == '__main__':
    site, rest = Path(sys.argv[1]).resolve(), sys.argv[2:]
    with chromium() as browser:
        if rest[:1] == ['--shots']: sys.exit(shots(browser, site, rest[1], rest[2:]))
        pages = sorted(site.rglob('*.html'))
        bad = [*too_wide(browser, site, pages), *(f'explorer, {e}' for e in explorer(browser, site/'explorer.html')), *serious(browser, site)]
    print(f'{len(pages)} pages in Chromium, {len(bad)} faults')
    sys.exit('\n'.join(bad) if bad else 0)
