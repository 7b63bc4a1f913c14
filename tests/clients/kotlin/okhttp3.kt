/** The parts of OkHttp that a generated client names: enough to compile it, nothing that sends a request. */
@file:Suppress("unused", "UNUSED_PARAMETER")

package okhttp3

import java.io.Closeable
import java.io.File
import java.io.IOException
import java.io.InputStream

internal fun stub(): Nothing = throw UnsupportedOperationException("a stub")

class MediaType {
    companion object {
        fun String.toMediaTypeOrNull(): MediaType? = stub()
    }
}

abstract class RequestBody {
    companion object {
        fun ByteArray.toRequestBody(contentType: MediaType? = null): RequestBody = stub()

        fun String.toRequestBody(contentType: MediaType? = null): RequestBody = stub()

        fun File.asRequestBody(contentType: MediaType? = null): RequestBody = stub()
    }
}

class FormBody : RequestBody() {
    class Builder {
        fun add(name: String, value: String): Builder = stub()

        fun build(): FormBody = stub()
    }
}

class MultipartBody : RequestBody() {
    class Builder {
        fun setType(type: MediaType): Builder = stub()

        fun addPart(headers: Headers?, body: RequestBody): Builder = stub()

        fun build(): MultipartBody = stub()
    }

    companion object {
        val FORM: MediaType get() = stub()
    }
}

class Headers {
    fun toMultimap(): Map<String, List<String>> = stub()

    class Builder {
        fun add(name: String, value: String): Builder = stub()

        fun build(): Headers = stub()
    }

    companion object {
        fun Map<String, String>.toHeaders(): Headers = stub()
    }
}

class HttpUrl {
    val encodedPathSegments: List<String> get() = stub()

    fun newBuilder(): Builder = stub()

    class Builder {
        fun scheme(scheme: String): Builder = stub()

        fun host(host: String): Builder = stub()

        fun addPathSegment(pathSegment: String): Builder = stub()

        fun addEncodedPathSegments(encodedPathSegments: String): Builder = stub()

        fun addQueryParameter(name: String, value: String?): Builder = stub()

        fun build(): HttpUrl = stub()
    }

    companion object {
        fun String.toHttpUrlOrNull(): HttpUrl? = stub()
    }
}

class Request {
    class Builder {
        fun url(url: HttpUrl): Builder = stub()

        fun head(): Builder = stub()

        fun delete(body: RequestBody?): Builder = stub()

        fun patch(body: RequestBody): Builder = stub()

        fun put(body: RequestBody): Builder = stub()

        fun post(body: RequestBody): Builder = stub()

        fun method(method: String, body: RequestBody?): Builder = stub()

        fun headers(headers: Headers): Builder = stub()

        fun build(): Request = stub()
    }
}

abstract class ResponseBody : Closeable {
    fun string(): String = stub()

    fun bytes(): ByteArray = stub()

    fun byteStream(): InputStream = stub()
}

class Response : Closeable {
    val body: ResponseBody get() = stub()
    val code: Int get() = stub()
    val message: String get() = stub()
    val headers: Headers get() = stub()
    val isRedirect: Boolean get() = stub()
    val isSuccessful: Boolean get() = stub()

    fun header(name: String, defaultValue: String? = null): String? = stub()

    override fun close() = stub()
}

interface Call {
    fun execute(): Response

    fun interface Factory {
        fun newCall(request: Request): Call
    }
}

interface Callback {
    fun onFailure(call: Call, e: IOException)

    fun onResponse(call: Call, response: Response)
}

class OkHttpClient : Call.Factory {
    override fun newCall(request: Request): Call = stub()

    class Builder {
        fun build(): OkHttpClient = stub()
    }
}
