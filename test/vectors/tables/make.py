"""How the files of this folder were made, once, from src/cli/samples/candidates.csv: by software that is not ours.

openpyxl 3.0.9, XlsxWriter 3.0.2 and Python's own GB18030 codec; and LibreOffice 7.4.7:
    soffice --headless --convert-to xlsx --infilter='CSV:44,34,76,1,2/2/3/2' candidates.csv   # libreoffice.xlsx
    soffice --headless --convert-to xls  candidates.csv                                       # libreoffice.xls, the first rows
    soffice --headless --convert-to ods  candidates.csv                                       # libreoffice.ods, the first rows
"""
import csv
import datetime
import re

import openpyxl
import xlsxwriter

SAMPLES = '../../../src/cli/samples/'
rows = list(csv.reader(open(SAMPLES + 'candidates.csv', encoding='utf-8')))
header, people = rows[0], rows[1:]
DATE, SCORES = header.index('exam_date'), (header.index('score_theory'), header.index('score_practice'))


def day(text):
    return datetime.date(*map(int, re.findall(r'\d+', text)))


with open('candidates.gb18030.csv', 'wb') as out, open(SAMPLES + 'candidates.csv', encoding='utf-8', newline='') as text:
    out.write(text.read().encode('gb18030'))

# Typed as people type: scores are numbers, dates are dates, a filter that hides nothing.
book = openpyxl.Workbook()
sheet = book.active
sheet.append(header)
for number, person in enumerate(people, 2):
    sheet.append(person)
    for column in SCORES:
        sheet.cell(number, column + 1).value = float(person[column])
    cell = sheet.cell(number, DATE + 1)
    cell.value, cell.number_format = day(person[DATE]), 'yyyy"年"m"月"d"日"'
sheet.auto_filter.ref = sheet.dimensions
book.save('openpyxl.xlsx')

# The other date system, blank rows between, coloured runs in names, a second sheet that explains, a hidden one.
book = xlsxwriter.Workbook('xlsxwriter.xlsx', {'date_1904': True})
red, dated = book.add_format({'color': 'red'}), book.add_format({'num_format': 14})
sheet = book.add_worksheet('名单')
for column, text in enumerate(header):
    sheet.write_string(2, column, text)
for number, person in enumerate(people[:40]):
    at = 4 + 2 * number
    for column, text in enumerate(person):
        if column in SCORES:
            sheet.write_number(at, column, float(text))
        elif column == DATE:
            sheet.write_datetime(at, column, day(text), dated)
        elif column == 0 and len(text) > 2:
            sheet.write_rich_string(at, column, text[:1], red, text[1:2], text[2:])
        else:
            sheet.write_string(at, column, text)
book.add_worksheet('说明').write_string(0, 0, '填表说明')
book.add_worksheet('字典').hide()
book.close()

# What must not be read as if it stood there.
book = xlsxwriter.Workbook('odd-xlsxwriter.xlsx')
sheet = book.add_worksheet()
for number, person in enumerate(rows[:9]):
    for column, text in enumerate(person):
        sheet.write_string(number, column, text)
sheet.write_formula('A2', '="张"&"伟"', None, '张伟')
sheet.write_number('C3', 371426197903020726)
sheet.write_formula('H4', '=1/0', None, '#DIV/0!')
sheet.write_boolean('I5', True)
sheet.write_number('J6', 46332)
sheet.write_datetime('J7', datetime.datetime(2026, 11, 1, 9, 30), book.add_format({'num_format': 'yyyy-mm-dd'}))
sheet.write_datetime('J8', datetime.datetime(2026, 11, 1), book.add_format({'num_format': 'yyyy"年"m"月"'}))
sheet.write_array_formula('D9:E9', '{=D8:E8}', None, '6-31-01-02')
sheet.write_string('E9', '机修钳工')
book.close()

# Filtered, as people filter: two of six rows are out of sight. And merged: one job for three rows.
for name in ('hidden', 'merged'):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows[:7]:
        sheet.append(row)
    if name == 'hidden':
        sheet.auto_filter.ref = 'A1:J7'
        sheet.auto_filter.add_filter_column(4, ['电工'])
        sheet.row_dimensions[4].hidden = sheet.row_dimensions[6].hidden = True
    else:
        sheet.merge_cells('F3:F5')
    book.save(name + '.xlsx')
