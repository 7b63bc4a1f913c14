/** The part of Moshi's adapters that a generated client names. */
@file:Suppress("unused", "UNUSED_PARAMETER")

package com.squareup.moshi.adapters

import com.squareup.moshi.JsonAdapter

class EnumJsonAdapter<T : Enum<T>> : JsonAdapter<T>() {
    fun withUnknownFallback(fallbackValue: T?): EnumJsonAdapter<T> = throw UnsupportedOperationException("a stub")

    companion object {
        fun <T : Enum<T>> create(enumType: Class<T>): EnumJsonAdapter<T> = throw UnsupportedOperationException("a stub")
    }
}
