"""An organiser imports a programme, puts a column right, and takes the import back."""

from tests.browser.axe import assert_clean

TABLE = """Nom de la chose;Date;Début;Fin;Animateur;Remarque
Ouverture;23/03/2027;9h;10h;Zoé Lefèvre;à confirmer
Clôture;23/03/2027;14h;13h;Zoé Lefèvre;
"""


def test_a_table_is_put_right_imported_and_taken_back(demo, organiser):
    page = organiser
    page.goto(f"{demo.base}/organiser/demo/programme/import")
    file = {"name": "programme.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_role("button", name="Regarder le fichier").click()
    page.wait_for_url("**/programme/import/*")
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_role("button", name="Remplacer le brouillon").count() == 0
    page.get_by_label("Nom de la chose").select_option("title:fr")
    page.get_by_role("button", name="Regarder à nouveau").click()
    page.wait_for_url("**c0=title*")
    assert page.locator("#changes li").first.inner_text() == "2 nouvelles séances"
    assert "avant de commencer" in page.locator("#losses").inner_text()
    assert_clean(page)
    page.get_by_role("button", name="Remplacer le brouillon").click()
    page.wait_for_url("**done=*")
    assert_clean(page)
    page.get_by_role("button", name="Annuler ce changement").click()
    page.wait_for_url("**done=*")
    assert "C’est annulé" in page.get_by_role("status").inner_text()
