/* Tables in the text of a document: lines of cells between | or tabs, and figures in cells. A
 * figure is read exactly or not at all. */
#ifndef TABLE_CELLS_H
#define TABLE_CELLS_H

#include "base/text.h"

enum { TABLE_COLUMNS = 16, FIGURE_BYTES = 32 };

bool table_is_line(struct str line);
/* The cells of a line, trimmed; how many there are, also past TABLE_COLUMNS, which are not put. */
size_t table_cells(struct str line, struct str cells[TABLE_COLUMNS]);
bool table_is_rule(struct str line); /* |---|:--:| */

struct figure_cell {
    char value[FIGURE_BYTES]; /* digits and a point: 30000000 */
    struct str unit;          /* static text: 원, %, 일, … */
};
/* 3,000만원, 1억 5,000만원, 4.8%, 90일: the whole cell is one figure with its unit. */
bool figure_cell_read(struct str cell, struct figure_cell *out);
/* 40세, or 40~49세 as 40-49. */
bool band_cell_read(struct str cell, struct figure_cell *out);

#endif
