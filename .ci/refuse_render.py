"""What Quarto runs before it renders at the top of the repository: a word, and an error."""
import sys
sys.exit('vs2_nb: these are raw notebooks, without the documentation of their functions; the site is built by nbdev_docs '
         '(with Quarto) or by .ci/site (with smalldocs), see CONTRIBUTING.md')
