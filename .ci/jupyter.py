"""`explore` in JupyterLab, as a reader has it: the cell is run, alpha is moved by the keyboard, latents are taken out,
a picture is given, and the bars change.
Skipped with a word where there is no Playwright or no Chromium. A server of its own on this machine only, gone afterwards."""
import json, os, secrets, subprocess, sys, tempfile, time
from pathlib import Path
from PIL import Image
from browser import chromium, tab

CELL = '''from vs2_nb.engine.testing import demo
from vs2_nb.look import explore
shown = demo('digits')
box = explore(shown.clip, shown.data, shown.sae)
box.number.value = 24 # a digit that it is not sure of
box'''

def notebook(path):
    "One cell that has not been run."
    cell = dict(cell_type='code', id='explore', metadata={}, source=CELL, outputs=[], execution_count=None)
    kernel = dict(kernelspec=dict(name='python3', display_name='Python 3', language='python'))
    path.write_text(json.dumps(dict(cells=[cell], metadata=kernel, nbformat=4, nbformat_minor=5)))

def serve(home):
    "The server's process, and the address of the notebook."
    token = secrets.token_hex()
    line = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--ip=127.0.0.1', '--port=0', '--allow-root', f'--notebook-dir={home}', '--LabApp.news_url=None', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate']
    process = subprocess.Popen(line, env=os.environ | dict(JUPYTER_TOKEN=token, JUPYTER_RUNTIME_DIR=f'{home}/run', JUPYTER_CONFIG_DIR=f'{home}/config', JUPYTERLAB_WORKSPACES_DIR=f'{home}/spaces'),
        stdout=subprocess.DEVNULL, stderr=(home/'log').open('w'))
    for _ in range(3000):
        if told := [*home.glob('run/jpserver-*.json')]: break
        if process.poll() is not None: sys.exit((home/'log').read_text())
        time.sleep(.1)
    time.sleep(.5) # the file is whole
    return process, f'{json.loads(told[0].read_text())["url"]}lab/tree/explore.ipynb?token={token}'

def faults(page, mine):
    "What `explore` does wrong; `mine` is a picture of the reader's."
    page.locator('.jp-CodeCell .cm-content').click()
    for _ in range(100): # JupyterLab forgets a cell that is run before its kernel is there
        page.keyboard.press('Control+Enter') # and no new cell to scroll to
        page.wait_for_timeout(2000)
        if page.locator('.jp-InputPrompt').first.inner_text() != '[ ]:': break
    shown = page.locator('.widget-html-content').first
    shown.locator('table').first.wait_for() # the model is loaded, perhaps an SAE is trained
    def after(do, seen=lambda was: shown.inner_html() != was): # what it shows then is no longer what it was
        was = shown.inner_html()
        do()
        for _ in range(3000):
            if seen(was): return True
            page.wait_for_timeout(100)
    alpha = page.locator('.widget-inline-hbox', has_text='alpha').get_by_role('slider')
    if not after(lambda: [alpha.press('ArrowRight') for _ in range(5)]): yield 'alpha is moved and no bar changes'
    if not after(lambda: page.locator('.widget-select-multiple option').first.click(), lambda _: '(off)' in shown.inner_text()): yield 'only one latent is amplified and no other is off'
    if not after(lambda: page.locator('.widget-dropdown select').select_option('centroid')): yield 'the centroid gives the same bars'
    def choose():
        with page.expect_file_chooser() as chooser: page.locator('.widget-upload').click()
        chooser.value.set_files(mine)
    if not after(choose) or 'no picture' in shown.inner_text(): yield 'a picture that is given changes nothing'

if __name__ == '__main__':
    with chromium() as browser, tempfile.TemporaryDirectory() as home:
        notebook(Path(home)/'explore.ipynb')
        server, url = serve(Path(home))
        try:
            page = tab(browser, 1440)
            page.goto(url)
            Image.radial_gradient('L').save(f'{home}/mine.png')
            bad = [*faults(page, f'{home}/mine.png')]
            if len(sys.argv) > 1: page.screenshot(path=sys.argv[1])
        finally: server.terminate(); server.wait()
    print(f'explore in JupyterLab, {len(bad)} faults')
    sys.exit('\n'.join(bad) if bad else 0)
