/** Normal equations of one row of ALS: their accumulation and their solution. */
@NullMarked
package dev.beamals.linalg;

import org.jspecify.annotations.NullMarked;
