/** A page that shows what a model is: its numbers, and how they are drawn. */
@NullMarked
package dev.beamals.report;

import org.jspecify.annotations.NullMarked;
