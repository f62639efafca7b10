#!/bin/sh
# Writes the seeds of fuzz_xlsx and fuzz_docx: parts as they are described there, and whole archives by
# libxlsxwriter (and by LibreOffice where it is).
#   sh tests/fuzz/seeds.sh BUILD FOLDER      then: fuzz_xlsx FOLDER/xlsx, fuzz_docx FOLDER/docx
set -eu
build=${1:?usage: seeds.sh BUILD FOLDER} folder=${2:?usage: seeds.sh BUILD FOLDER}
mkdir -p "$folder/xlsx" "$folder/docx"
main='http://schemas.openxmlformats.org/spreadsheetml/2006/main'
links='http://schemas.openxmlformats.org/officeDocument/2006/relationships'
word='http://schemas.openxmlformats.org/wordprocessingml/2006/main'

# parts SHEET STRINGS STYLES
parts() {
    printf '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>\036' "$main" "$1"
    printf '<sst xmlns="%s">%s</sst>\036<styleSheet xmlns="%s">%s</styleSheet>\036' "$main" "$2" "$main" "$3"
    printf '<workbook xmlns="%s" xmlns:r="%s"><workbookPr date1904="0"/><sheets>' "$main" "$links"
    printf '<sheet name="a" sheetId="1" r:id="a"/></sheets></workbook>\036'
    printf '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    printf '<Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
    printf '<Relationship Id="b" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
    printf '<Relationship Id="c" Type="x/styles" Target="styles.xml"/></Relationships>'
}

parts '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>' \
    '<si><t>编号</t></si><si><r><t>姓</t></r><r><t>名_x000D_</t></r><rPh><t>x</t></rPh></si>' '' \
    >"$folder/xlsx/shared"
parts '<row r="1"><c s="1"><v>40969.5</v></c><c s="2"><v>1.1E+17</v></c><c s="3"><v>7</v></c></row>' '' \
    '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;[$-804]m\月d;@"/><numFmt numFmtId="165" formatCode="000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="46"/><xf numFmtId="165"/></cellXfs>' \
    >"$folder/xlsx/styles"
parts '<row r="1"><c t="inlineStr"><is><t>id</t></is></c><c t="str"><v>name</v></c><c t="str"><v>kind</v></c></row><row r="2"><c t="str"><f>1</f><v>p1</v></c><c t="b"><v>1</v></c><c t="str"><v>person</v></c></row><row r="3"><c t="e"><v>#N/A</v></c><c t="d"><v>2012-03-01T00:00:00</v></c><c><f>x</f></c></row>' \
    '' '' >"$folder/xlsx/roster"
printf '<w:document xmlns:w="%s" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body><w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>学习 a_b</w:t><w:tab/><w:br/></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del><mc:AlternateContent><mc:Choice><w:t>1</w:t></mc:Choice><mc:Fallback><w:t>1</w:t></mc:Fallback></mc:AlternateContent></w:p></w:body></w:document>' \
    "$word" >"$folder/docx/body"
for kind in shared inline; do
    "$build/tests/gen_xlsx" "$folder/xlsx/$kind.xlsx" 400 "$kind"
done
if command -v soffice >/dev/null; then
    printf '编号,姓名,类别\nd1,内科,department\n' >"$folder/t.csv"
    printf '学习心得\n第二段\n' >"$folder/t.txt"
    soffice --headless --infilter='CSV:44,34,76,1' --convert-to xlsx --outdir "$folder/xlsx" "$folder/t.csv" >/dev/null 2>&1 || true
    soffice --headless --infilter='Text (encoded):UTF8' --convert-to docx --outdir "$folder/docx" "$folder/t.txt" >/dev/null 2>&1 || true
    rm -f "$folder/t.csv" "$folder/t.txt"
fi
