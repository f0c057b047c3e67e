/* print-text with the fields that one would look at first: less to print and to compare than hvmsg compares. */
#define KEY_FIELDS_ONLY true
#include "print-text.c"
