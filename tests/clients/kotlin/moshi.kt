/** The parts of Moshi that a generated client names: enough to compile it, nothing that reads JSON. */
@file:Suppress("unused", "UNUSED_PARAMETER")

package com.squareup.moshi

import java.lang.reflect.Type

internal fun stub(): Nothing = throw UnsupportedOperationException("a stub")

@Target(AnnotationTarget.FIELD, AnnotationTarget.PROPERTY, AnnotationTarget.VALUE_PARAMETER)
annotation class Json(val name: String)

@Target(AnnotationTarget.CLASS)
annotation class JsonClass(val generateAdapter: Boolean, val generator: String = "")

@Target(AnnotationTarget.FUNCTION)
annotation class FromJson

@Target(AnnotationTarget.FUNCTION)
annotation class ToJson

abstract class JsonAdapter<T> {
    fun fromJson(string: String): T? = stub()

    fun toJson(value: T?): String = stub()

    fun nullSafe(): JsonAdapter<T> = stub()

    fun interface Factory {
        fun create(type: Type, annotations: Set<Annotation>, moshi: Moshi): JsonAdapter<*>?
    }
}

class Moshi {
    fun <T> adapter(type: Type): JsonAdapter<T> = stub()

    fun <T> adapter(type: Class<T>): JsonAdapter<T> = stub()

    class Builder {
        fun add(adapter: Any): Builder = stub()

        fun add(factory: JsonAdapter.Factory): Builder = stub()

        fun <T> add(type: Type, adapter: JsonAdapter<T>): Builder = stub()

        fun build(): Moshi = stub()
    }
}

@ExperimentalStdlibApi
inline fun <reified T> Moshi.adapter(): JsonAdapter<T> = adapter(T::class.java)
