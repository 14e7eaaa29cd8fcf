/* The functions by which a WebAssembly module reaches the VM whose hint calls it.
 *
 * The same as wit/cairo.wit, for core modules: imports of the module "cairo". Pointers are into the module's
 * own memory, which it exports as "memory". What cannot be done (a name that does not exist, a cell that has
 * another value, a pointer out of bounds, a felt where an address is expected) ends the hint with an error
 * that says so; the function does not return then.
 */
#ifndef CAIROHINTS_CAIRO_H
#define CAIROHINTS_CAIRO_H

#include <stddef.h>
#include <stdint.h>

#define CAIRO_IMPORT(name) __attribute__((import_module("cairo"), import_name(name)))

/* A felt: a number below the prime, little-endian. Or an address: the offset in bytes 0 to 7 and the segment
 * in bytes 8 to 15, both little-endian, and 0x80 in the last byte. All zero is the felt 0. */
typedef struct {
    uint8_t bytes[32];
} cairo_value;

/* Names: "a", "point.x", "Struct.SIZE"; UTF-8, without "ids.". */
CAIRO_IMPORT("ids_get") void cairo_ids_get(const char *name, size_t length, cairo_value *result);
CAIRO_IMPORT("ids_set") void cairo_ids_set(const char *name, size_t length, const cairo_value *value);

/* The registers of the hint: addresses. */
CAIRO_IMPORT("pc") void cairo_pc(cairo_value *result);
CAIRO_IMPORT("ap") void cairo_ap(cairo_value *result);
CAIRO_IMPORT("fp") void cairo_fp(cairo_value *result);

/* One cell. Reading returns 1, or 0 when the cell is empty: `result` is as it was then. A cell that has a
 * value takes no other one. */
CAIRO_IMPORT("memory_get") uint32_t cairo_memory_get(const cairo_value *address, cairo_value *result);
CAIRO_IMPORT("memory_set") void cairo_memory_set(const cairo_value *address, const cairo_value *value);

/* Consecutive cells, at most 1,048,576. Reading an empty one is an error. */
CAIRO_IMPORT("memory_get_range")
void cairo_memory_get_range(const cairo_value *address, uint32_t count, cairo_value *results);
CAIRO_IMPORT("memory_set_range")
void cairo_memory_set_range(const cairo_value *address, uint32_t count, const cairo_value *values);

/* The first address of a new segment. */
CAIRO_IMPORT("segment_add") void cairo_segment_add(cairo_value *result);

CAIRO_IMPORT("value_is_address") uint32_t cairo_value_is_address(const cairo_value *value);
CAIRO_IMPORT("address_add")
void cairo_address_add(const cairo_value *address, int64_t cells, cairo_value *result);
/* Of addresses in one segment. */
CAIRO_IMPORT("address_sub") int64_t cairo_address_sub(const cairo_value *left, const cairo_value *right);

/* Arithmetic modulo the prime. Division by zero is an error. */
CAIRO_IMPORT("felt_add")
void cairo_felt_add(const cairo_value *left, const cairo_value *right, cairo_value *result);
CAIRO_IMPORT("felt_sub")
void cairo_felt_sub(const cairo_value *left, const cairo_value *right, cairo_value *result);
CAIRO_IMPORT("felt_mul")
void cairo_felt_mul(const cairo_value *left, const cairo_value *right, cairo_value *result);
CAIRO_IMPORT("felt_div")
void cairo_felt_div(const cairo_value *left, const cairo_value *right, cairo_value *result);
/* Of whole numbers from 0 to the prime. */
CAIRO_IMPORT("felt_divmod")
void cairo_felt_divmod(const cairo_value *left, const cairo_value *right, cairo_value *quotient,
                       cairo_value *remainder);
/* -1, 0 or 1, as whole numbers from 0 to the prime. */
CAIRO_IMPORT("felt_compare") int32_t cairo_felt_compare(const cairo_value *left, const cairo_value *right);
CAIRO_IMPORT("felt_from_i64") void cairo_felt_from_i64(int64_t number, cairo_value *result);
/* Felts above half of the prime count as negative. Returns 1, or 0 when the number does not fit: `result` is
 * as it was then. */
CAIRO_IMPORT("felt_to_i64") uint32_t cairo_felt_to_i64(const cairo_value *felt, int64_t *result);

/* A record of the log of the hints, with the module; level 4 counts as 3, debug. */
enum cairo_level {
    CAIRO_ERROR = 0,
    CAIRO_WARNING = 1,
    CAIRO_INFO = 2,
    CAIRO_DEBUG = 3,
    CAIRO_TRACE = 4,
};
CAIRO_IMPORT("log") void cairo_log(uint32_t level, const char *text, size_t length);

#endif
